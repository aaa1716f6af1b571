import { createApi } from './api.ts'
import { sendFirstMessage } from './first-message.ts'
import { launch } from './launch.ts'

/**
 * `npm start`: server, embedded database, sandbox and console. On an empty data directory it also makes a sample
 * app and sends its first message to virtual phones, so that the first screen shows a delivery.
 */
const dataDir = process.env.DATA_DIR ?? './data'
const startedAt = Date.now()
const running = await launch(dataDir)
const api = createApi(running.address, running.secretKey)
const apps = await api('GET', '/v1/apps?limit=1')
if (apps.data.length === 0) {
  const { message, subscriptionId } = await sendFirstMessage(api)
  const { sent, failed, targeted } = message.counts
  process.stdout.write(`
First message: ${sent} of ${targeted} virtual phones reached, ${failed} failed, ${((Date.now() - startedAt) / 1000).toFixed(1)} s after start.
Send another:
  curl -s ${running.address}/v1/messages -H "Authorization: Bearer ${running.keyForShell}" -H 'Content-Type: application/json' -d '{"to":{"subscription_ids":["${subscriptionId}"]},"content":{"title":"Hello","body":"From curl"}}'
`)
}
process.stdout.write(`\nOpen ${running.signIn}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void running[Symbol.asyncDispose]())
process.exitCode = await running.stopped
