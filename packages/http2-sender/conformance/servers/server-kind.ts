/**
 * What a real server is asked to be. Every one answers
 *
 * - `/echo…` with `<method> <path> <x-number> <authorization> <bytes of the body>`,
 * - POST `/body…` with the body,
 * - GET `/large` with `largeBytes` bytes,
 *
 * and tells in the header `x-connection` which connection it was. One that cannot `describe` echoes bodies alone.
 */
export interface ServerKind {
  name: string
  can: ReadonlySet<ServerAbility>
  /** Why there is no such server on this machine. */
  absent?: () => string | undefined
  start(limits?: ServerLimits): Promise<RealServer>
}

export type ServerAbility = 'describe' | keyof ServerLimits

export interface ServerLimits {
  maxConcurrentStreams?: number
  /** After so many it says GOAWAY. */
  requestsPerConnection?: number
  /** SETTINGS_INITIAL_WINDOW_SIZE will be about this. */
  windowBytes?: number
  /** SETTINGS_HEADER_TABLE_SIZE. */
  tableBytes?: number
  /** Pads its frames and ends answers with trailers. */
  ornate?: boolean
}

export interface RealServer extends AsyncDisposable {
  origin: string
  ca: readonly string[]
  /** The child's process id, if it is one. */
  pid?: number
  /** Of the requests that came to the end of the line: how often each `x-number` was processed. */
  processed?: ReadonlyMap<string, number>
}

/** More than a stream's window. */
export const largeBytes = 2_500_000
