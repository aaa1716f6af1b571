import { type App, listCredentials, type PushPlatform } from '@carillon/contract'
import { useQueries } from '@tanstack/react-query'
import { useApps } from '../../shared/pickers.tsx'
import type { Phone } from '../../shared/sandbox.ts'
import { read } from '../../shared/server.ts'

/** What a provider knows an app by, as the masked credential shows it. */
export const providerNameField: Record<PushPlatform, string> = {
  apns: 'bundle_id',
  fcm: 'project_id',
  webpush: 'public_key',
  wns: 'client_id',
}

/** The app of a virtual phone, which knows it by its provider's name alone. */
export function useAppOf(phone: Phone): App | undefined {
  const apps = useApps().data?.data ?? []
  const credentials = useQueries({ queries: apps.map(({ id }) => read(listCredentials, { params: { id } })) })
  const field = providerNameField[phone.platform]
  return apps.find((_, place) =>
    credentials[place]?.data?.data.some(
      ({ platform, fields }) => platform === phone.platform && fields[field] === phone.app,
    ),
  )
}
