import { parseArgs } from 'node:util'
import type { SandboxOptions } from './start-sandbox.ts'
import { startSandbox } from './start-sandbox.ts'
import { listenerNames } from './words.ts'

/** Starts the sandbox by itself: `node src/main.ts [--data-dir DIR] [--seed TEXT] [--port NAME=NUMBER]...` */
const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string' },
    seed: { type: 'string' },
    port: { type: 'string', multiple: true },
    'token-update-seconds': { type: 'string' },
  },
})

const sandbox = await startSandbox({
  dataDir: values['data-dir'],
  seed: values.seed,
  ports: readPorts(values.port ?? []),
  tokenUpdateSeconds: values['token-update-seconds'] ? Number(values['token-update-seconds']) : undefined,
})
process.stdout.write(`${JSON.stringify({ env: sandbox.env })}\n`)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void sandbox.close())

function readPorts(pairs: string[]): SandboxOptions['ports'] {
  const names = [...listenerNames, 'control'] as const
  return Object.fromEntries(
    pairs.map((pair) => {
      const [word, number] = pair.split('=')
      const name = names.find((known) => known === word)
      const port = Number(number)
      if (!name || !(port >= 0 && port < 65_536))
        throw new Error(`--port ${pair}: one of ${names.join(', ')} = 0..65535`)
      return [name, port]
    }),
  )
}
