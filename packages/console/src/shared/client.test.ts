import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, deleteApp, listUsers, whyMessage } from '@carillon/contract'
import { afterEach, describe, expect, it } from 'vitest'
import { endpointUrl, request } from './client.ts'
import { describeFailure, fieldErrors, UnreachableError } from './failure.ts'

describe('the address of a call', () => {
  it('fills in the placeholders, escaped', () => {
    expect(endpointUrl(deleteApp, { id: 'a/b?c' })).toBe('/v1/apps/a%2Fb%3Fc')
    expect(endpointUrl(createApp)).toBe('/v1/apps')
  })

  it('leaves out query fields that say nothing, and keeps zero and false', () => {
    const query = { search: 'a&b', cursor: undefined, limit: 0, empty: '', exact: false }
    expect(endpointUrl(listUsers, {}, query)).toBe('/v1/users?search=a%26b&limit=0&exact=false')
  })

  it('refuses a call without a parameter that the path needs', () => {
    expect(() => endpointUrl(whyMessage, {})).toThrow('/v1/messages/{id}/why needs id')
  })
})

describe('a call', () => {
  let server: Server | undefined
  afterEach(async () => {
    await new Promise((closed) => (server ? server.close(closed) : closed(null)))
    server = undefined
  })

  async function serve(listener: RequestListener): Promise<string> {
    server = createServer(listener).listen(0, '127.0.0.1')
    await new Promise((listening) => server?.once('listening', listening))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/apps`
  }

  it('sends JSON with its idempotency key and answers what the server said', async () => {
    const url = await serve(async (incoming, response) => {
      const { method, headers } = incoming
      const body = Buffer.concat(await Array.fromAsync(incoming)).toString()
      response.end(
        JSON.stringify({ method, key: headers['idempotency-key'], type: headers['content-type'], body }),
      )
    })
    expect(await request(url, { method: 'POST', body: { name: 'Shop' }, idempotencyKey: 'k1' })).toEqual({
      method: 'POST',
      key: 'k1',
      type: 'application/json',
      body: '{"name":"Shop"}',
    })
  })

  it('rejects with the problem, whose places become the errors of their fields', async () => {
    const url = await serve((_, response) => {
      response.writeHead(422, { 'content-type': 'application/problem+json' })
      response.end(
        JSON.stringify({
          type: 'about:blank',
          title: 'Some fields are wrong.',
          status: 422,
          code: 'invalid_request',
          request_id: 'r1',
          retryable: false,
          errors: [
            { pointer: '/overrides/apns/badge', code: 'too_small', detail: 'is below 0' },
            { pointer: '/data/a~1b', code: 'invalid', detail: 'is reserved' },
          ],
        }),
      )
    })
    const error = await request(url, { method: 'GET' }).catch((reason: unknown) => reason)
    expect(describeFailure(error)).toMatchObject({
      code: 'invalid_request',
      requestId: 'r1',
      retryable: false,
    })
    expect(fieldErrors(error)).toEqual({ 'overrides.apns.badge': 'is below 0', 'data.a/b': 'is reserved' })
  })

  it('tells an answer that is not ours from no answer at all, and may try both again', async () => {
    const url = await serve((_, response) => response.writeHead(502).end('<html>'))
    const broken = await request(url, { method: 'GET' }).catch((reason: unknown) => reason)
    expect(broken).toBeInstanceOf(UnreachableError)
    expect(describeFailure(broken)).toMatchObject({ title: 'The server answered 502 without saying why.' })
    server?.closeAllConnections()
    await new Promise((closed) => server?.close(closed))
    server = undefined
    const gone = await request(url, { method: 'GET' }).catch((reason: unknown) => reason)
    expect(describeFailure(gone)).toMatchObject({ code: 'unreachable', retryable: true })
  })

  it('answers nothing for 204', async () => {
    const url = await serve((_, response) => response.writeHead(204).end())
    expect(await request(url, { method: 'DELETE' })).toBeUndefined()
  })
})
