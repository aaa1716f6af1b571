import { listMessages, listSegments } from '@carillon/contract'
import { useApps } from '../../shared/pickers.tsx'
import { useHasSandbox, usePhones } from '../../shared/sandbox.ts'
import { useRead } from '../../shared/server.ts'
import { useThisBrowser } from '../../shared/this-browser-card.tsx'

export const stepIds = [
  'app',
  'credential',
  'publish',
  'device',
  'segment',
  'send',
  'arrive',
  'browser',
] as const

export interface Step {
  id: (typeof stepIds)[number]
  title: string
  why: string
  /** Undefined while it is not known. */
  done: boolean | undefined
  /** The app that the step is about, once there is one. */
  appId?: string
}

/** The steps of getting started, each verified by what the API says. */
export function useSteps(): Step[] {
  const sandbox = useHasSandbox()
  const apps = useApps().data?.data
  const segments = useRead(listSegments, { query: { limit: 1 } }).data?.data
  const messages = useRead(listMessages, { query: { limit: 20 } }).data?.data
  const browser = useThisBrowser().data
  const phones = usePhones(sandbox).data
  const app = apps?.find(({ status }) => status === 'published') ?? apps?.[0]
  const arrivedOnPhone = phones?.some(({ notifications }) => notifications.length > 0)
  const steps: Step[] = [
    {
      id: 'app',
      title: 'Create an app',
      why: 'It holds the credentials of its platforms and the devices that subscribe to it.',
      done: apps && apps.length > 0,
    },
    {
      id: 'credential',
      title: 'Add a credential',
      why: sandbox
        ? "The sandbox's own will do: no provider account needed."
        : 'What Apple, Google or Microsoft ask for.',
      done: apps?.some(({ credentials }) => credentials.length > 0),
      appId: app?.id,
    },
    {
      id: 'publish',
      title: 'Publish the app',
      why: 'Only a published app sends.',
      done: apps?.some(({ status }) => status === 'published'),
      appId: app?.id,
    },
    {
      id: 'device',
      title: 'Have a device subscribe',
      why: sandbox
        ? 'Add a virtual phone, or paste the snippet into your app.'
        : 'Paste the snippet into your app.',
      done: apps?.some(({ subscriptions }) => subscriptions > 0),
      appId: app?.id,
    },
    {
      id: 'segment',
      title: 'Build a segment',
      why: 'Conditions over attributes, with a live count of who matches.',
      done: segments && segments.length > 0,
    },
    {
      id: 'send',
      title: 'Send a message',
      why: 'With a live preview of what every device will show.',
      done: messages && messages.length > 0,
    },
    {
      id: 'arrive',
      title: sandbox ? 'See it arrive on a virtual phone' : 'See it arrive',
      why: 'And open it there: the report follows within seconds.',
      done:
        messages && (arrivedOnPhone || messages.some(({ counts }) => counts.received + counts.opened > 0)),
    },
    {
      id: 'browser',
      title: 'Subscribe this browser',
      why: 'Real Web Push to the browser that you are looking at.',
      done: browser?.subscribed,
      appId: app?.id,
    },
  ]
  return browser?.supported === false ? steps.filter(({ id }) => id !== 'browser') : steps
}
