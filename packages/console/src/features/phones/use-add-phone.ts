import {
  type App,
  type Credential,
  createSubscription,
  getApp,
  listApps,
  listSubscriptions,
  type PushPlatform,
} from '@carillon/contract'
import { useState } from 'react'
import { call } from '../../shared/client.ts'
import { type MintedDevice, mintDevice } from '../../shared/sandbox.ts'
import { useRefresh } from '../../shared/server.ts'
import { providerNameField } from './provider-name.ts'

export interface PhoneForm {
  platform: PushPlatform
  name: string
  scenario: string
  reconciliationValue: string
}

/** Makes the device in the sandbox and registers it through the API, as the SDK on it would. */
export function useAddPhone(app: App, credentials: readonly Credential[], onAdded: () => void) {
  const refresh = useRefresh()
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
      await refresh([listSubscriptions, listApps, getApp])
      onAdded()
    } catch (failure) {
      setError(failure)
    } finally {
      setPending(false)
    }
  }
  return { add, pending, error }
}

function addressedBy(platform: PushPlatform, credentials: readonly Credential[]) {
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
