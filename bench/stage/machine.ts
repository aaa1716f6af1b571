import { cpus, release, totalmem } from 'node:os'
import { findProgram, type Program, versionOf } from './programs.ts'

export interface Machine {
  processor: string
  cores: number
  memory_gb: number
  kernel: string
  versions: Record<string, string>
}

const flags: Partial<Record<Program, string>> = { nginx: '-v' }

export function readMachine(): Machine {
  const cores = cpus()
  const versions = (['nginx', 'h2load', 'initdb', 'java', 'go'] as const).flatMap((name) => {
    const path = findProgram(name)
    return path ? [[name === 'initdb' ? 'postgresql' : name, versionOf(path, flagOf(name))]] : []
  })
  return {
    processor: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    versions: {
      node: process.versions.node,
      openssl: process.versions.openssl,
      ...Object.fromEntries(versions),
    },
  }
}

function flagOf(name: string): string {
  return name === 'go' ? 'version' : (flags[name as Program] ?? '--version')
}
