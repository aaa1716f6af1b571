import type { Email } from '@carillon/sandbox'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createClock, openStage, type Stage, until } from './stage.ts'

export const clock = createClock()
/** Of the test file that called `playEmails`. */
export let stage: Stage
export let credential: Record<string, unknown>

/** A stage whose app has an email credential; every test begins with an empty mailbox. */
export function playEmails(): void {
  beforeAll(async () => {
    stage = await openStage({ now: clock.now })
    credential = { ...stage.sandbox.control.accounts().email }
    await stage.api('PUT', `/v1/apps/${stage.app.id}/credentials/email`, credential)
  })
  afterAll(() => stage?.close())
  beforeEach(() => stage.sandbox.control.clearEmails())
}

let people = 0
export interface Person {
  id: string
  email: string
}

/** Somebody new. The address says how its mail server behaves. */
export async function person(scenario = 'ok', attributes: Record<string, unknown> = {}): Promise<Person> {
  const email = `p${++people}+${scenario}@example.com`
  const { id } = await stage.api('POST', '/v1/users', { attributes: { email, ...attributes } })
  return { id, email }
}

export const email = (message: Record<string, unknown>) => ({
  app_id: stage.app.id,
  channel: 'email',
  ...message,
})
export const send = (message: Record<string, unknown>) => stage.send(email(message))
export const sendTo = (who: Person, message: Record<string, unknown> = {}) =>
  send({ to: { user_ids: [who.id] }, content: { title: 'Hello', body: 'World' }, ...message })
export const mailsTo = (who: Person) => stage.sandbox.control.emails().filter(({ to }) => to === who.email)
export const mailTo = async (who: Person): Promise<Email> => {
  await until(() => mailsTo(who).length > 0)
  return mailsTo(who)[0] as Email
}
export const addressOf = async (who: Person) =>
  (await stage.api('GET', `/v1/subscriptions?user_id=${who.id}&app_id=${stage.app.id}`)).data.find(
    ({ platform }: { platform: string }) => platform === 'email',
  )
export const call = (method: string, path: string, body?: unknown, headers = {}) =>
  stage.server.request(method, path, body, headers)
