import { Script } from 'node:vm'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { serveServiceWorker } from './service-worker.ts'

test('serves the worker as a classic script that may control the whole site and is never stale', async () => {
  const app = Fastify()
  const warnings: Error[] = []
  process.on('warning', (warning) => warnings.push(warning))
  await serveServiceWorker(app)
  const { statusCode, headers, body } = await app.inject('/sw.js')
  expect(statusCode).toBe(200)
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'service-worker-allowed': '/',
    'cache-control': 'no-cache',
  })
  // Throws a SyntaxError if a type, import or export is left in it.
  expect(() => new Script(body)).not.toThrow()
  expect(body).toContain("addEventListener('push'")
  expect(warnings).toEqual([])
})
