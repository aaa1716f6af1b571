import type { Observed } from './apns-observer.ts'
import type { Certificate } from './certificate.ts'
import { startProgram } from './start-program.ts'

export interface Observer extends AsyncDisposable {
  port: number
  observed(): Promise<Observed>
}

/** An APNs of our own that tells what it saw; for times, not for rates near its limit of some 15,000 a second. */
export async function startObserver(
  { keyFile, certificateFile }: Certificate,
  throttle = { oneIn: 0, retryAfterSeconds: 1 },
): Promise<Observer> {
  const { oneIn, retryAfterSeconds } = throttle
  const parameters = [keyFile, certificateFile, oneIn, retryAfterSeconds]
  const program = await startProgram('./apns-observer.ts', parameters, 'anywhere')
  return {
    port: program.port,
    observed: async () =>
      (await fetch(`http://127.0.0.1:${program.controlPort}/`)).json() as Promise<Observed>,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}
