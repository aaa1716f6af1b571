import { expect } from 'vitest'
import type { startTestServer } from '../../packages/server/src/testing/test-server.ts'

export type TestServer = Awaited<ReturnType<typeof startTestServer>>

export interface ShopApp {
  id: string
  publishableKey: string
  vapidPublicKey: string
}

/** A published app with a Web Push credential, and what a page has to know of it. */
export async function createShopApp({ request }: TestServer, name = 'Shop'): Promise<ShopApp> {
  const { body: app } = await request('POST', '/v1/apps', { name })
  const path = `/v1/apps/${app.id}`
  await request('PUT', `${path}/credentials/webpush`, { subject: 'mailto:push@example.com' })
  await request('POST', `${path}/publish`)
  const { body: credential } = await request('GET', `${path}/credentials/webpush`)
  return { id: app.id, publishableKey: app.publishable_key, vapidPublicKey: credential.fields.public_key }
}

/** Sends to one device; answers the id of the message. */
export async function send(
  { request }: TestServer,
  subscriptionId: string,
  content: object,
  overrides?: object,
): Promise<string> {
  const { status, body } = await request('POST', '/v1/messages', {
    to: { subscription_ids: [subscriptionId] },
    content,
    overrides,
  })
  expect(status, JSON.stringify(body)).toBe(202)
  return body.id
}

export async function messageOf({ request }: TestServer, id: string) {
  return (await request('GET', `/v1/messages/${id}`)).body
}

/** What the one recipient of a message did. */
export async function interactionsOf({ request }: TestServer, messageId: string): Promise<string[]> {
  const { body } = await request('GET', `/v1/messages/${messageId}/recipients`)
  return body.data[0].interactions.toSorted()
}

export async function subscriptionOf({ request }: TestServer, id: string) {
  return (await request('GET', `/v1/subscriptions/${id}`)).body
}
