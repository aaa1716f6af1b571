import { expect } from 'vitest'
import { callRaw, faultOf, type HostileAnswer, type HostileRequest } from './hostile-call.ts'
import { type Things, thingAt, type World } from './hostile-world.ts'

export type Client = ReturnType<typeof createClient>

/** Calls in the name of our own workspace. Every answer is held against what all answers promise. */
export function createClient({ server }: World) {
  async function ask(request: HostileRequest): Promise<HostileAnswer> {
    const answer = await callRaw(server.address, request)
    const title = `${request.method} ${request.path.slice(0, 200)}`
    expect([title, faultOf(answer, request.method === 'HEAD')]).toEqual([title, null])
    return answer
  }

  function send(method: string, path: string, body: unknown, headers: Record<string, string> = {}) {
    return ask({
      method,
      path,
      headers: bearing(server.key, { 'content-type': 'application/json', ...headers }),
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  return {
    ask,
    send,
    post: (path: string, body: unknown, headers?: Record<string, string>) =>
      send('POST', path, body, headers),
    get: (path: string, key = server.key) => ask({ method: 'GET', path, headers: bearing(key) }),
  }
}

export function bearing(key: string, more: Record<string, string> = {}): Record<string, string> {
  return { authorization: `Bearer ${key}`, ...more }
}

export function pointersOf({ body }: HostileAnswer): string[] {
  return body.errors.map(({ pointer }: { pointer: string }) => pointer)
}

/** The address of an operation with the ids of one workspace's things. */
export function pathTo(path: string, things: Things): string {
  return path
    .replace('{platform}', 'apns')
    .replace('{attribute}', 'email')
    .replace('{value}', 'nobody')
    .replace('{id}', things[thingAt(path)])
}
