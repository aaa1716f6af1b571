import { listMessages, listSegments } from '@carillon/contract'
import { useApps } from '../../shared/pickers.tsx'
import { useHasSandbox, usePhones } from '../../shared/sandbox.ts'
import { useRead } from '../../shared/server.ts'
import { useThisBrowser } from '../../shared/this-browser-card.tsx'
import { type Step, stepsFrom } from './steps.ts'

export function useSteps(): Step[] {
  const sandbox = useHasSandbox()
  return stepsFrom({
    sandbox,
    apps: useApps().data?.data,
    segments: useRead(listSegments, { query: { limit: 1 } }).data?.data,
    messages: useRead(listMessages, { query: { limit: 20 } }).data?.data,
    phones: usePhones(sandbox).data,
    browser: useThisBrowser().data,
  })
}
