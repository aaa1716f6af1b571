import { Tabs } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../../shared/page.tsx'
import { About } from './about.tsx'
import { ApiKeys } from './api-keys.tsx'
import { AttributeSchema } from './attribute-schema.tsx'
import { CapSettings } from './cap-settings.tsx'
import { GeneralSettings } from './general-settings.tsx'
import { QuietSettings } from './quiet-settings.tsx'
import { ReconciliationKey } from './reconciliation-key.tsx'
import { SmsSettings } from './sms-settings.tsx'
import { TopicSettings } from './topic-settings.tsx'

const route = getRouteApi('/shell/settings')

const tabs = {
  general: { label: 'General', panel: <GeneralSettings /> },
  consent: { label: 'Consent', panel: <TopicSettings /> },
  caps: { label: 'Caps', panel: <CapSettings /> },
  quiet: { label: 'Quiet hours and holdout', panel: <QuietSettings /> },
  texts: { label: 'Text messages', panel: <SmsSettings /> },
  attributes: { label: 'Attributes', panel: <AttributeSchema /> },
  reconciliation: { label: 'Reconciliation key', panel: <ReconciliationKey /> },
  keys: { label: 'API keys', panel: <ApiKeys /> },
  about: { label: 'About', panel: <About /> },
} satisfies Record<string, { label: string; panel: ReactNode }>

export function SettingsPage() {
  const { tab = 'general' } = route.useSearch()
  const navigate = useNavigate()
  return (
    <Page title="Settings">
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ to: '/settings', search: { tab: next as typeof tab } })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          {Object.entries(tabs).map(([value, { label }]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {Object.entries(tabs).map(([value, { panel }]) => (
          <Tabs.Panel key={value} value={value} maw={820}>
            {panel}
          </Tabs.Panel>
        ))}
      </Tabs>
    </Page>
  )
}
