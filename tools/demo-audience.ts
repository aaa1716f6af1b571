import type { Api } from './api.ts'
import type { SampleApp } from './sample-app.ts'

const firstNames = [
  'Ada',
  'Grace',
  'Alan',
  'Edsger',
  'Barbara',
  'Donald',
  'Frances',
  'Niklaus',
  'Radia',
  'Ken',
]
const cities = ['Berlin', 'Lisbon', 'Oslo', 'Nairobi', 'Lima', 'Osaka']
const tiers = ['basic', 'silver', 'gold']
const locales = ['en', 'de', 'pt-BR', 'fr']

const emailOf = (i: number) => `person${i}@example.com`
const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T

export async function seedUsers(api: Api, count: number): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    const users = Array.from({ length: Math.min(1_000, count - from) }, (_, k) => {
      const i = from + k
      return {
        attributes: {
          email: emailOf(i),
          first_name: pick(firstNames, i),
          city: pick(cities, i * 7 + (i >> 3)),
          tier: pick(tiers, i * 5 + (i >> 2)),
        },
        locale: pick(locales, i),
      }
    })
    await api('POST', '/v1/users/batch', { users })
  }
}

/** How the 2,600 devices are shared out, and how many of each platform misbehave. */
const groups = [
  { platform: 'apns', scenario: 'ok', count: 880 },
  { platform: 'apns', scenario: 'unregistered', count: 20 },
  { platform: 'apns', scenario: 'unavailable', count: 10 },
  { platform: 'fcm', scenario: 'ok', count: 980 },
  { platform: 'fcm', scenario: 'unregistered', count: 20 },
  { platform: 'fcm', scenario: 'throttled', count: 10 },
  { platform: 'webpush', scenario: 'ok', count: 470 },
  { platform: 'webpush', scenario: 'unregistered', count: 10 },
  { platform: 'wns', scenario: 'ok', count: 200 },
] as const

export async function seedDevices(api: Api, app: SampleApp): Promise<void> {
  let person = 0
  for (const { platform, scenario, count } of groups) {
    const { devices } = await api('POST', '/sandbox/devices', {
      platform,
      app: app.names[platform],
      scenario,
      count,
    })
    const subscriptions = devices.map((device: { token?: string; endpoint?: string; keys?: unknown }) => {
      person += 1
      const address = device.endpoint
        ? { endpoint: device.endpoint, keys: device.keys }
        : { token: device.token }
      return {
        app_id: app.id,
        platform,
        ...address,
        device_id: `demo-${person}`,
        reconciliation_value: emailOf(person % 2_000),
      }
    })
    for (let from = 0; from < subscriptions.length; from += 100) {
      await api('POST', '/v1/subscriptions/batch', { subscriptions: subscriptions.slice(from, from + 100) })
    }
  }
}
