import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const fileOf = (name: string) => fileURLToPath(new URL(`../../src/testing/${name}`, import.meta.url))

/** For `localhost`, signed by itself. */
export const certificateFile = fileOf('localhost-cert.pem')
export const keyFile = fileOf('localhost-key.pem')
export const certificate = readFileSync(certificateFile, 'utf8')
export const key = readFileSync(keyFile, 'utf8')
