/** Where to send, and how much at once. */
export interface Target {
  origin: string
  port: number
  /** PEM. Node trusts it too, by NODE_EXTRA_CA_CERTS. */
  certificateFile: string
  /** Messages that wait for their answer at once, for all alike. */
  inFlight: number
  /** Connections, where a sender lets us choose. */
  connections: number
  /** Ours alone. */
  transport: 'socket' | 'node'
}

/** One sender under test. */
export interface Driver {
  /** Sends that many of the sample messages, over and over the same; resolves to how many were acknowledged. */
  send(count: number): Promise<number>
  close(): PromiseLike<void> | void
}

export type OpenDriver = (target: Target) => Promise<Driver> | Driver

/** What a sender cost, measured inside its own process around the messages alone. */
export interface Measured {
  acknowledged: number
  cpuMicroseconds: number
  wallSeconds: number
  peakMb: number
}
