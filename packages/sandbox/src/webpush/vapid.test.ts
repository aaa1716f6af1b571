import { expect, it } from 'vitest'
import { createVapid } from './vapid.ts'

const KEY = 'BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs'
const TOKEN =
  'eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAiOjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_HLGkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA'
const EXPIRES_MS = 1_453_523_768_000

const check = (header: string, now: number, origin = 'https://push.example.net') =>
  createVapid({ origin: () => origin, now: () => now }).check(header)

it('the example of RFC 8292 section 2.4 verifies against its own key, at its own origin and in its day', () => {
  const header = `vapid t=${TOKEN}, k=${KEY}`
  expect(check(header, EXPIRES_MS - 1000)).toEqual({ publicKey: KEY })
  expect(check(header, EXPIRES_MS)).toEqual({ reason: 'ExpiredJwtToken' })
  expect(check(header, EXPIRES_MS - 86_402_000)).toEqual({ reason: 'BadJwtToken' })
  expect(check(header, EXPIRES_MS - 1000, 'https://elsewhere.example')).toEqual({ reason: 'BadJwtToken' })
})
