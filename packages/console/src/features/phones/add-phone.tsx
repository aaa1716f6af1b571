import {
  type App,
  type Credential,
  createSubscription,
  getApp,
  listApps,
  listCredentials,
  listSubscriptions,
  type Platform,
} from '@carillon/contract'
import { Alert, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '../../shared/client.ts'
import { words } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'
import { AppSelect, useApps } from '../../shared/pickers.tsx'
import { platformNames } from '../../shared/platforms.tsx'
import { type MintedDevice, mintDevice } from '../../shared/sandbox.ts'
import { useRead } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { providerNameField } from './provider-name.ts'

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

interface PhoneForm {
  platform: Platform
  name: string
  scenario: string
  reconciliationValue: string
}

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
      <PhoneFields key={app.id} app={app} onAdded={onAdded} />
    </Stack>
  )
}

function PhoneFields({ app, onAdded }: { app: App; onAdded: () => void }) {
  const credentials = useRead(listCredentials, { params: { id: app.id } }).data?.data ?? []
  const [form, setForm] = useState<PhoneForm>({
    platform: app.credentials[0] ?? 'apns',
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
  if (app.credentials.length === 0) {
    return (
      <Alert color="gray" title={`${app.name} has no credential yet`}>
        <TextLink to="/apps/$appId" params={{ appId: app.id }} search={{ tab: 'credentials' }}>
          Use the sandbox's credentials
        </TextLink>{' '}
        for a platform first.
      </Alert>
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Select
          label="Platform"
          description="Those that the app has a credential for"
          allowDeselect={false}
          data={app.credentials.map((value) => ({ value, label: platformNames[value].name }))}
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

/** Makes the device in the sandbox and registers it through the API, as the SDK on it would. */
function useAddPhone(app: App, credentials: readonly Credential[], onAdded: () => void) {
  const cache = useQueryClient()
  const [pending, setPending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const add = async ({ platform, name, scenario, reconciliationValue }: PhoneForm) => {
    setPending(true)
    setError(null)
    try {
      const { appName, environment } = addressedBy(platform, credentials)
      const device = await mintDevice({ platform, app: appName, environment, scenario, name })
      const body = {
        app_id: app.id,
        platform,
        ...addressOf(device),
        device_name: name,
        permission: 'granted' as const,
        ...(environment ? { environment } : {}),
        ...(reconciliationValue ? { reconciliation_value: reconciliationValue } : {}),
      }
      await call(createSubscription, { body })
      const stale = new Set<unknown>([listSubscriptions.id, listApps.id, getApp.id])
      await cache.invalidateQueries({ predicate: ({ queryKey }) => stale.has(queryKey[0]) })
      onAdded()
    } catch (failure) {
      setError(failure)
    } finally {
      setPending(false)
    }
  }
  return { add, pending, error }
}

function addressedBy(platform: Platform, credentials: readonly Credential[]) {
  const fields = credentials.find((credential) => credential.platform === platform)?.fields
  const environment = fields?.environment === 'sandbox' ? ('sandbox' as const) : ('production' as const)
  return {
    appName: String(fields?.[providerNameField[platform]] ?? ''),
    environment: platform === 'apns' ? environment : undefined,
  }
}

function addressOf({ token, endpoint, keys }: MintedDevice) {
  return endpoint ? { endpoint, keys } : { token }
}
