import { vi } from 'vitest'

/** What a test waits for may take longer than a second on a busy machine; only a test that fails pays for more. */
const { waitFor } = vi
vi.waitFor = (callback, options = 15_000) => waitFor(callback, options)
