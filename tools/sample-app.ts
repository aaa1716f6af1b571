import type { Api } from './api.ts'

export interface SampleApp {
  id: string
  /** What the sandbox calls the app, per platform: bundle id, project id, VAPID key, client id. */
  names: Record<'apns' | 'fcm' | 'webpush' | 'wns', string>
}

/** A published app whose four credentials lead to the sandbox. */
export async function createSampleApp(api: Api, name: string): Promise<SampleApp> {
  const accounts = await api('GET', '/sandbox/accounts')
  const app = await api('POST', '/v1/apps', { name, category: 'Samples' })
  const credential = (platform: string, body: unknown) =>
    api('PUT', `/v1/apps/${app.id}/credentials/${platform}`, body)
  const { key, key_id, team_id, bundle_id } = accounts.apns
  await credential('apns', { auth: 'token', key, key_id, team_id, bundle_id, environment: 'production' })
  await credential('fcm', { service_account: accounts.fcm })
  const webpush = await credential('webpush', { subject: 'mailto:sample@example.com' })
  const { tenant_id, client_id, client_secret } = accounts.wns
  await credential('wns', { tenant_id, client_id, client_secret })
  await api('POST', `/v1/apps/${app.id}/publish`)
  return {
    id: app.id,
    names: {
      apns: bundle_id,
      fcm: accounts.fcm.project_id,
      webpush: webpush.fields.public_key,
      wns: client_id,
    },
  }
}
