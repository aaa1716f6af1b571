import { beforeEach, expect, it } from 'vitest'
import type { DeviceIdentity } from '../device-token.ts'
import type { Phones } from './phones.ts'
import { createPhones, NOTIFICATIONS_LIMIT, PHONES_LIMIT } from './phones.ts'

const show = (payload: unknown) => ({ title: String(payload) })
let phones: Phones

beforeEach(() => {
  phones = createPhones({ apns: show, fcm: show, webpush: show, wns: show }, () => 0)
})

function arrive(serial: number, payload: string): void {
  const identity: DeviceIdentity = {
    platform: 'apns',
    environment: 'production',
    scenario: 'ok',
    addressedBy: 'token',
    serial,
    setting: 0,
    appDigest: Buffer.alloc(8),
  }
  phones.arrive({ identity, app: 'app', deliveryId: undefined, headers: {}, payload })
}

it('keeps the phones that received something last, newest first', () => {
  for (let serial = 1; serial <= PHONES_LIMIT + 1; serial++) arrive(serial, 'x')
  arrive(2, 'again')
  const ids = phones.list().map(({ id }) => id)
  expect(ids).toHaveLength(PHONES_LIMIT)
  expect(ids.slice(0, 2)).toEqual(['apns-2', `apns-${PHONES_LIMIT + 1}`])
  expect(phones.get('apns-1')).toBeUndefined()
})

it('keeps the last notifications of a phone', () => {
  for (let index = 0; index <= NOTIFICATIONS_LIMIT; index++) arrive(1, `n${index}`)
  const titles = phones.get('apns-1')?.notifications.map(({ title }) => title)
  expect([titles?.length, titles?.[0], titles?.at(-1)]).toEqual([
    NOTIFICATIONS_LIMIT,
    'n1',
    `n${NOTIFICATIONS_LIMIT}`,
  ])
})

it('keeps a named phone however many others receive something, and when it is cleared', () => {
  phones.name({ id: 'apns-7', platform: 'apns', app: 'app', name: 'Ada' })
  arrive(7, 'hello')
  for (let serial = 100; serial <= 100 + PHONES_LIMIT; serial++) arrive(serial, 'x')
  expect(phones.get('apns-7')).toMatchObject({ name: 'Ada', notifications: [{ title: 'hello' }] })
  phones.clear()
  expect(phones.list()).toEqual([
    { id: 'apns-7', platform: 'apns', app: 'app', name: 'Ada', notifications: [] },
  ])
})

it('tells its listeners of arrivals and of what was done with them, until they leave', () => {
  const heard: string[] = []
  const leave = phones.subscribe(({ type, phone, notification }) =>
    heard.push(`${type} ${phone.id} ${notification.interactions.length}`),
  )
  arrive(1, 'x')
  phones.act('apns-1', 'n1', { type: 'opened', at: '2026-01-01T00:00:00Z' })
  leave()
  arrive(1, 'y')
  expect(heard).toEqual(['notification apns-1 0', 'interaction apns-1 1'])
})
