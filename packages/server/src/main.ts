import { fileURLToPath } from 'node:url'
import { readConfig } from './00-kernel/index.ts'
import { startServer } from './start-server.ts'

/**
 * `npm run serve`: configuration from the environment, everything else in `startServer`, stopped by SIGTERM or
 * SIGINT. Read `start-server.ts` next: it is the parts list of the product.
 */
async function main(): Promise<void> {
  const server = await startServer(readConfig(process.env))
  process.stdout.write(`${JSON.stringify({ address: server.address, sign_in: server.signInLink })}\n`)
  const stop = async () => {
    await server[Symbol.asyncDispose]()
    process.exit(0)
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error: Error) => {
    process.stderr.write(
      `${error.message}\n${error.cause ? `${(error.cause as Error).message ?? error.cause}\n` : ''}`,
    )
    process.exit(1)
  })
}
