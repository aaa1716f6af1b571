import { spawnSync } from 'node:child_process'

/** `npm run test:postgres`: the whole suite again, each test file on a database of its own. */
if (!process.env.TEST_DATABASE_URL) {
  process.stderr.write(
    'Set TEST_DATABASE_URL to a PostgreSQL 15 or newer whose user may create databases, such as postgres://postgres@localhost/postgres\n',
  )
  process.exit(1)
}
const { status } = spawnSync('npx', ['vitest', 'run', ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(status ?? 1)
