import { readdirSync, readFileSync } from 'node:fs'

/** What processes have cost so far: user and system time of all their threads and of children that have ended. */
export interface Cost {
  cpuSeconds: number
  /** Peak resident memory of the first process. */
  peakMb: number
}

/** Linux counts in hundredths of a second on every machine that Node runs on. */
const ticksPerSecond = 100

/** Of a process alone. */
export function costOf(pid: number): Cost {
  return { cpuSeconds: cpuSecondsOf(pid), peakMb: peakMbOf(pid) }
}

/** Of a process and everything that it started and that still lives, such as PostgreSQL's backends. */
export function costOfFamily(pid: number): Cost {
  const pids = [pid, ...descendantsOf(pid)]
  return { cpuSeconds: pids.reduce((sum, each) => sum + cpuSecondsOf(each), 0), peakMb: peakMbOf(pid) }
}

/** Of all children of this process that have ended. */
export function reapedCpuSeconds(): number {
  const [utime = 0, stime = 0] = statOf(process.pid).slice(13, 15).map(Number)
  return (utime + stime) / ticksPerSecond
}

function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? statOf(Number(name))[1] : undefined
    if (parent) parents.set(Number(parent), [...(parents.get(Number(parent)) ?? []), Number(name)])
  }
  const below = (each: number): number[] =>
    (parents.get(each) ?? []).flatMap((child) => [child, ...below(child)])
  return below(pid)
}

/** Zero for a process that has ended: its time has gone to its parent, who waited for it. */
function cpuSecondsOf(pid: number): number {
  const [utime, stime, childrenUtime, childrenStime] = statOf(pid).slice(11, 15).map(Number)
  const ticks = (utime ?? 0) + (stime ?? 0) + (childrenUtime ?? 0) + (childrenStime ?? 0)
  return ticks / ticksPerSecond
}

/** The fields of proc(5)'s `stat` from the third, the state, on; the second may itself hold spaces. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function peakMbOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Math.round(Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}
