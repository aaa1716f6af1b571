import { defineConfig } from 'vitest/config'

/** Long runs: kill -9, faults and load. Not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['tests/chaos/**/*.test.ts'],
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    fileParallelism: false,
  },
})
