import { defineConfig } from 'vitest/config'

/** Real browsers against the real server; one at a time, as they share the machine's few cores. */
export default defineConfig({
  test: {
    include: ['tests/browser/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
