import type { ServerAddress } from './call-server.ts'

/** What this browser remembers of its subscription under one scope. */
export interface DeviceRecord extends ServerAddress {
  appId: string
  subscriptionId: string
  /** As the server knows it. */
  permission: NotificationPermission
}

export function readRecord(scope: string): DeviceRecord | null {
  const text = localStorage.getItem(recordKey(scope))
  return text === null ? null : JSON.parse(text)
}

export function writeRecord(scope: string, record: DeviceRecord): void {
  localStorage.setItem(recordKey(scope), JSON.stringify(record))
}

export function forgetRecord(scope: string): void {
  localStorage.removeItem(recordKey(scope))
}

const deviceIdKey = 'carillon:device-id'

/** One per browser profile and site; outlives every endpoint, so that the server knows the device again. */
export function deviceId(): string {
  const known = localStorage.getItem(deviceIdKey)
  if (known) return known
  const id = crypto.randomUUID()
  localStorage.setItem(deviceIdKey, id)
  return id
}

function recordKey(scope: string): string {
  return `carillon:subscription:${scope}`
}
