import { callServer } from './call-server.ts'
import { readRecord, writeRecord } from './device-record.ts'

const watched = new Set<string>()

/** Tells the server when the person changes the permission of this site: since the last visit, and from now on. */
export function watchPermission(scope: string): void {
  if (watched.has(scope)) return
  watched.add(scope)
  void reportPermission(scope)
  void navigator.permissions.query({ name: 'notifications' }).then(
    (status) => status.addEventListener('change', () => void reportPermission(scope)),
    // A browser that cannot be asked for changes: the next visit tells.
    () => undefined,
  )
}

async function reportPermission(scope: string): Promise<void> {
  const record = readRecord(scope)
  const { permission } = Notification
  if (!record || record.permission === permission) return
  try {
    await callServer(record, 'PATCH', `/v1/subscriptions/${record.subscriptionId}`, { permission })
  } catch {
    // The record still has the old one, so the next visit tries again.
    return
  }
  writeRecord(scope, { ...record, permission })
}
