import { type App, listCredentials } from '@carillon/contract'
import { Alert, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { words } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'
import { AppSelect, useApps } from '../../shared/pickers.tsx'
import { isPushPlatform, platformNames } from '../../shared/platforms.tsx'
import { useRead } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { type PhoneForm, useAddPhone } from './use-add-phone.ts'

/** How the device behaves for its whole life; what providers really answer. */
const scenarios = [
  'ok',
  'unregistered',
  'bad_token',
  'wrong_environment',
  'wrong_app',
  'throttled',
  'throttled_always',
  'unavailable',
  'unavailable_always',
  'slow',
  'reset',
  'goaway',
  'message_bad',
]

export function AddPhone({ onAdded }: { onAdded: () => void }) {
  const apps = useApps().data?.data ?? []
  const [appId, setAppId] = useState<string>()
  const app = apps.find(({ id }) => id === appId) ?? apps[0]
  if (!app) {
    return (
      <Alert color="gray">
        A phone needs an app to have. <TextLink to="/apps">Create one first.</TextLink>
      </Alert>
    )
  }
  return (
    <Stack>
      <AppSelect allowDeselect={false} value={app.id} onChange={setAppId} />
      {app.credentials.some(isPushPlatform) ? (
        <PhoneFields key={app.id} app={app} onAdded={onAdded} />
      ) : (
        <NoCredential app={app} />
      )}
    </Stack>
  )
}

function PhoneFields({ app, onAdded }: { app: App; onAdded: () => void }) {
  const credentials = useRead(listCredentials, { params: { id: app.id } }).data?.data ?? []
  const pushed = app.credentials.filter(isPushPlatform)
  const [form, setForm] = useState<PhoneForm>({
    platform: pushed[0] ?? 'apns',
    name: 'My phone',
    scenario: 'ok',
    reconciliationValue: '',
  })
  const adding = useAddPhone(app, credentials, onAdded)
  const set = (change: Partial<PhoneForm>) => setForm({ ...form, ...change })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void adding.add(form)
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select
          label="Platform"
          description="Those that the app has a credential for"
          allowDeselect={false}
          data={pushed.map((value) => ({ value, label: platformNames[value].name }))}
          value={form.platform}
          onChange={(platform) => platform && set({ platform })}
        />
        <TextInput
          label="Name"
          required
          data-autofocus
          value={form.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <TextInput
          label="Belongs to"
          description="The person's value of the reconciliation key, such as their e-mail; empty: nobody yet"
          value={form.reconciliationValue}
          onChange={(event) => set({ reconciliationValue: event.currentTarget.value })}
        />
        <Select
          label="Behaviour"
          description="What its provider answers to every send"
          allowDeselect={false}
          data={scenarios.map((value) => ({ value, label: words(value) }))}
          value={form.scenario}
          onChange={(scenario) => scenario && set({ scenario })}
        />
        <FormFailure error={adding.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={adding.pending}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function NoCredential({ app }: { app: App }) {
  return (
    <Alert color="gray" title={`${app.name} has no credential yet`}>
      <TextLink to="/apps/$appId" params={{ appId: app.id }} search={{ tab: 'credentials' }}>
        Use the sandbox's credentials
      </TextLink>{' '}
      for a platform first.
    </Alert>
  )
}
