import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Sandbox, startSandbox } from '../index.ts'
import { scenarioOf } from './email-scenarios.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

/** What the server answers to each line, over a connection in the clear. */
async function say(lines: readonly string[]): Promise<string[]> {
  const socket = connect(sandbox.control.accounts().email.port, '127.0.0.1')
  const replies = createInterface({ input: socket })[Symbol.asyncIterator]()
  const last = async () => {
    for (;;) {
      const { value } = await replies.next()
      if (/^\d{3} /.test(value ?? '')) return value as string
    }
  }
  const heard = [await last()]
  for (const line of lines) {
    socket.write(`${line}\r\n`)
    heard.push(await last())
  }
  socket.destroy()
  return heard.slice(1)
}

it('takes nothing without a password, and no password in the clear', async () => {
  const [, mail] = await say(['EHLO me', 'MAIL FROM:<a@example.com>'])
  expect(mail).toMatch(/^530 /)
  const [, auth] = await say(['EHLO me', `AUTH PLAIN ${Buffer.from('\0sandbox\0x').toString('base64')}`])
  expect(auth).toMatch(/^(538|500|502|503) /)
  expect(sandbox.control.emails()).toEqual([])
})

it.each([
  ['anna@example.com', 'ok'],
  ['bounce@example.com', 'bounce'],
  ['Bounce12@example.com', 'bounce'],
  ['anna+full_always@example.com', 'full_always'],
  ['bouncer@example.com', 'ok'],
  ['greylist-3@example.com', 'greylist'],
])('%s is %s', (address, scenario) => expect(scenarioOf(address)).toBe(scenario))

it('is let through to by the server that it is for', () => {
  const { port, user, password } = sandbox.control.accounts().email
  expect(sandbox.env.ALLOW_PRIVATE_TARGETS?.split(',')).toContain(`localhost:${port}`)
  expect([user, password.length]).toEqual(['sandbox', 24])
})
