import { afterEach, describe } from 'vitest'
import { createNodeSender } from '../node-sender.ts'
import { createSender } from '../own-sender.ts'
import type { Answer, Sender, SenderOptions, SendRequest } from '../sender.ts'
import { startTestProxy } from './test-proxy.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts'

/** What holds for both senders, each in its turn: the `sender-*.test.ts` beside this folder are its chapters. */
export const senderContract = describe.each([
  ['createSender', createSender],
  ['createNodeSender', createNodeSender],
] as const)

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const open of closing.splice(0).reverse()) await open[Symbol.asyncDispose]()
})

/** Whatever these three open is closed when the test ends. */
export function senderOf(create: (options: SenderOptions) => Sender, options: SenderOptions): Sender {
  const sender = create(options)
  closing.push(sender)
  return sender
}

export async function serverOf(options: TestServerOptions): Promise<TestServer> {
  const server = await startTestServer(options)
  closing.push(server)
  return server
}

export async function proxyOf(options?: Parameters<typeof startTestProxy>[0]) {
  const proxy = await startTestProxy(options)
  closing.push(proxy)
  return proxy
}

export const ok = () => ({ status: 200 })

export const numbered = (count: number): SendRequest[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `/${i}`,
    headers: { 'x-number': String(i) },
    body: `body ${i}`,
  }))

export const statuses = (answers: Answer[]) =>
  answers.map((answer) => ('status' in answer ? answer.status : answer.failure))

export const codes = (answers: Answer[]) =>
  answers.map((answer) => ('code' in answer ? answer.code : answer.status))
