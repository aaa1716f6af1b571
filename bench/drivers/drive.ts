import type { Driver, Measured, OpenDriver, Target } from './driver.ts'

export interface Assignment {
  /** The module that exports `open`. */
  module: string
  target: Target
  count: number
  /** Sent first and not counted: connections, compiled code, tokens. */
  warmUp: number
}

/** A process of its own for one sender: sends, and writes what it cost as the last line of its output. */
const { module, target, count, warmUp }: Assignment = JSON.parse(process.argv[2] ?? '')
const { open } = (await import(module)) as { open: OpenDriver }
const driver = await open(target)
await driver.send(warmUp)
process.stdout.write(`${JSON.stringify(await measure(driver))}\n`)
await driver.close()
process.exit(0)

async function measure(driver: Driver): Promise<Measured> {
  const [before, startedAt] = [process.cpuUsage(), performance.now()]
  const acknowledged = await driver.send(count)
  const { user, system } = process.cpuUsage(before)
  return {
    acknowledged,
    cpuMicroseconds: user + system,
    wallSeconds: (performance.now() - startedAt) / 1000,
    peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }
}
