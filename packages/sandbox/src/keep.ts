import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Environment, Platform } from './words.ts'

export interface ApnsKeyRecord {
  teamId: string
  keyId: string
  /** Without one the key serves both environments, as keys made before 2025 do. */
  environment?: Environment
}

export interface NamedPhone {
  id: string
  platform: Platform
  app: string
  name: string
}

/** Everything that has to outlive a restart for old tokens, credentials and addresses to stay good. */
export interface KeptState {
  secret: string
  nextSerial: number
  ports: Record<string, number>
  ca?: { certificate: string; key: string }
  apnsKeys: ApnsKeyRecord[]
  /** bundle id -> team id */
  bundles: Record<string, string>
  fcmKey?: string
  fcmProjects: string[]
  wnsClients: string[]
  phones: NamedPhone[]
}

export interface Keep {
  state: KeptState
  directory: string
  save(): void
  /** Removes a temporary directory. */
  close(): void
}

/** Opens the sandbox's memory: a directory that stays, or a temporary one that goes with the sandbox. */
export function openKeep(dataDir?: string, seed?: string): Keep {
  const directory = dataDir ?? mkdtempSync(join(tmpdir(), 'carillon-sandbox-'))
  mkdirSync(directory, { recursive: true })
  const file = join(directory, 'sandbox.json')
  const state = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as KeptState) : firstState(seed)
  return {
    state,
    directory,
    save: () => {
      if (dataDir !== undefined) writeWhole(file, state)
    },
    close: () => {
      if (dataDir === undefined) rmSync(directory, { recursive: true, force: true })
    },
  }
}

function firstState(seed?: string): KeptState {
  const secret = seed === undefined ? randomBytes(32) : createHash('sha256').update(seed).digest()
  return {
    secret: secret.toString('hex'),
    nextSerial: 1,
    ports: {},
    apnsKeys: [],
    bundles: {},
    fcmProjects: [],
    wnsClients: [],
    phones: [],
  }
}

/** Write and rename, so that a kill between the two leaves the previous state whole. */
function writeWhole(file: string, state: KeptState): void {
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
