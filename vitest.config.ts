import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/*/src/**/*.test.{ts,tsx}',
      'tests/stories/**/*.test.ts',
      'tools/**/*.test.ts',
      'bench/**/*.test.ts',
      'packages/http2-sender/conformance/fuzz.test.ts',
    ],
    setupFiles: ['tests/patience.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
