import type { ReactNode } from 'react'
import { ButtonLink } from '../../shared/links.tsx'
import { useHasSandbox } from '../../shared/sandbox.ts'
import type { Step } from './steps.ts'

/** Where a step is done. */
export function StepAction({ step, primary }: { step: Step; primary: boolean }) {
  const sandbox = useHasSandbox()
  const look = {
    variant: primary ? 'filled' : 'subtle',
    color: primary ? undefined : 'gray',
    size: 'compact-sm',
  }
  const onAppPage = (label: string, tab?: 'credentials'): ReactNode =>
    step.appId && (
      <ButtonLink {...look} to="/apps/$appId" params={{ appId: step.appId }} search={{ tab }}>
        {label}
      </ButtonLink>
    )
  const elsewhere = (label: string, to: '/apps' | '/segments/new' | '/compose' | '/phones' | '/messages') => (
    <ButtonLink {...look} to={to}>
      {label}
    </ButtonLink>
  )
  switch (step.id) {
    case 'app':
      return elsewhere('Create', '/apps')
    case 'credential':
      return onAppPage('Add', 'credentials')
    case 'publish':
      return onAppPage('Publish')
    case 'device':
      return sandbox ? elsewhere('Add a phone', '/phones') : onAppPage('Connect')
    case 'segment':
      return elsewhere('Build', '/segments/new')
    case 'send':
      return elsewhere('Compose', '/compose')
    case 'arrive':
      return elsewhere('Look', sandbox ? '/phones' : '/messages')
    case 'browser':
      return onAppPage('Subscribe')
  }
}
