import { afterAll, beforeAll, expect, test } from 'vitest'
import { maskWalletCredential, parseWalletCredential } from './credential.ts'
import { type Issued, openAuthority, passTypeId, teamId } from './testing/authority.ts'

let authority: ReturnType<typeof openAuthority>
let stranger: ReturnType<typeof openAuthority>
let issued: Issued
beforeAll(() => {
  authority = openAuthority()
  stranger = openAuthority()
  issued = authority.issue()
})
afterAll(() => {
  authority?.close()
  stranger?.close()
})

const entered = (changes: Record<string, unknown> = {}) => ({
  pass_type_id: passTypeId,
  team_id: teamId,
  ...issued,
  wwdr: authority.wwdr,
  ...changes,
})

/** The place that is wrong, and what is said of it. */
async function fault(changes: Record<string, unknown>): Promise<string> {
  const problem = await parseWalletCredential(entered(changes)).then(
    () => null,
    (error) => error,
  )
  const [place] = problem?.details.errors ?? []
  return `${place?.pointer}: ${place?.detail}`
}

test('takes a pass type certificate with its key, and knows when it ends', async () => {
  const { credential, expiresAt } = await parseWalletCredential(entered())
  expect(credential).toMatchObject({ pass_type_id: passTypeId, team_id: teamId })
  const days = ((expiresAt?.getTime() ?? 0) - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(28)
  expect(days).toBeLessThan(31)
})

test('takes an encrypted key with its passphrase, and keeps it plain to be sealed whole', async () => {
  authority.openssl('pkcs8', '-topk8', '-in', 'pass.key', '-out', 'locked.key', '-passout', 'pass:secret')
  const key = String(
    authority.openssl(
      'pkey',
      '-in',
      'locked.key',
      '-passin',
      'pass:secret',
      '-aes256',
      '-passout',
      'pass:secret',
    ),
  )
  const { credential } = await parseWalletCredential(entered({ key, passphrase: 'secret' }))
  expect(credential.key).toContain('-----BEGIN PRIVATE KEY-----')
  expect(await fault({ key, passphrase: 'wrong' })).toMatch(/^\/passphrase: .*does not open/)
  expect(await fault({ key })).toMatch(/^\/passphrase: /)
})

test('says which field is wrong', async () => {
  const other = stranger.issue()
  expect(await fault({ pass_type_id: 'com.example.app' })).toMatch(/^\/pass_type_id: .*looks like/)
  expect(await fault({ pass_type_id: 'pass.com.example.other' })).toBe(
    `/pass_type_id: The certificate is for ${passTypeId}.`,
  )
  expect(await fault({ team_id: 'OTHERTEAM1' })).toBe(`/team_id: The certificate belongs to team ${teamId}.`)
  expect(await fault({ key: other.key })).toMatch(/^\/key: .*not the key/)
  expect(await fault({ key: 'nonsense' })).toMatch(/^\/key: .*cannot be read/)
  expect(await fault({ wwdr: stranger.wwdr })).toMatch(/^\/wwdr: .*issued by another/)
  expect(await fault({ certificate: 'MIIB' })).toMatch(/^\/certificate: .*openssl x509 -inform der/)
  expect(await fault({ certificate: authority.wwdr })).toMatch(
    /^\/certificate: .*not a pass type certificate/,
  )
  expect(await fault({ wwdr: undefined })).toMatch(/^\/wwdr: /)
})

test('shows nothing of what is secret', async () => {
  const { credential } = await parseWalletCredential(entered())
  const shown = JSON.stringify(maskWalletCredential(credential))
  expect(shown).toContain(passTypeId)
  expect(shown).not.toContain('BEGIN')
})
