import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { standInForCurl } from './stand-in-for-curl.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
  await server.request('POST', '/v1/apps', { name: 'For the README' })
})
afterAll(() => server?.close())

test.each([
  'README.md',
  'docs/guides/first-steps.md',
  'docs/guides/sending.md',
  'docs/guides/campaigns.md',
  'docs/guides/email.md',
  'docs/guides/events.md',
  'docs/guides/experiments.md',
  'docs/guides/passes.md',
  'docs/guides/protecting-people.md',
  'docs/guides/settings.md',
  'docs/guides/sms.md',
  'docs/guides/timing.md',
  'docs/guides/webhooks.md',
])('the examples in %s work as they stand', async (file) => {
  const text = await readFile(file, 'utf8')
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .map((match) => match[1] as string)
    .filter((block) => !/npm ci/.test(block))
  const folder = server.dataDir
  await mkdir(join(folder, 'data'), { recursive: true })
  await writeFile(join(folder, 'data/secret-key.txt'), `${server.key}\n`)
  await writeFile(join(folder, 'curl.mjs'), standInForCurl)
  const script = ['set -euo pipefail', `curl() { "${process.execPath}" ./curl.mjs "$@"; }`, ...blocks]
    .join('\n')
    .replaceAll('http://127.0.0.1:8080', server.address)
  const { stdout } = await promisify(execFile)('bash', ['-c', script], { cwd: folder })
  expect(stdout).toContain('"id"')
})
