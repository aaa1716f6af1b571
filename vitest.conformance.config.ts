import { defineConfig } from 'vitest/config'

/** Both senders against real servers (nginx, nghttpd, h2o, Go), hostile peers and noise. Not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['packages/http2-sender/conformance/**/*.test.ts'],
    env: { FUZZ_INPUTS: process.env.FUZZ_INPUTS ?? '1000000' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
})
