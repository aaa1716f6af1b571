import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { makePushCertificate } from './apns/push-certificate.ts'
import type { Certified } from './crypto/certificate.ts'
import { derive, deriveScalar, privateKeyOf } from './crypto/p256.ts'
import { writePkcs12 } from './crypto/pkcs12.ts'
import type { ApnsKeyRecord, Keep } from './keep.ts'
import type { SmppAccount } from './sms/smpp-centre.ts'
import type { TwilioAccount } from './sms/twilio.ts'
import { makePassCertificate, type PassCertificate } from './wallet/pass-certificate.ts'

export const SAMPLE = {
  teamId: 'SANDBOXTM1',
  keyId: 'SANDBOXKEY',
  bundleId: 'com.example.carillon',
  passTypeId: 'pass.com.example.carillon',
  projectId: 'carillon-sandbox',
  tenantId: '7a5d1c9e-4b32-4f6a-9c1d-0e8f2a6b3c4d',
  clientId: 'c1b0e9a8-6d7c-4f5e-8a3b-2d1c0f9e8b7a',
  smsNumber: '+15005550006',
}
const PASSPHRASE = 'sandbox'

export interface ApnsKey extends ApnsKeyRecord {
  publicKey: KeyObject
}

/** Who may use the emulated providers. Secrets are derived, so that only names have to be kept. */
export interface Accounts {
  apnsKey(keyId: string): ApnsKey | undefined
  /** The team that a bundle id belongs to. */
  bundleOwner(bundleId: string): string | undefined
  claimBundle(bundleId: string, teamId: string): void
  addApnsKey(record: ApnsKeyRecord): void
  removeApnsKey(keyId: string): boolean
  apnsCredential(keyId: string, bundleId: string): ApnsCredential
  apnsCertificate(bundleId: string): ApnsCertificate
  hasFcmProject(projectId: string): boolean
  addFcmProject(projectId: string): void
  removeFcmProject(projectId: string): boolean
  fcmPublicKey(): KeyObject
  fcmServiceAccount(projectId: string): FcmServiceAccount
  wnsSecret(clientId: string): string | undefined
  addWnsClient(clientId: string): void
  removeWnsClient(clientId: string): boolean
  smtp(): SmtpAccount
  twilio(): TwilioAccount
  smpp(): SmppAccount
  passCertificate(): PassCertificate
}

export interface ApnsCredential {
  key: string
  key_id: string
  team_id: string
  bundle_id: string
}

export interface ApnsCertificate {
  /** PKCS#12, base64. */
  certificate: string
  passphrase: string
  bundle_id: string
}

/** What the mail server lets in. */
export interface SmtpAccount {
  host: string
  port: number
  security: 'starttls'
  user: string
  password: string
  from: string
  bounce_domain: string
}

/** The fields of the JSON file that Google's console hands out, as far as a sender reads them. */
export interface FcmServiceAccount {
  type: 'service_account'
  project_id: string
  private_key_id: string
  private_key: string
  client_email: string
  client_id: string
  token_uri: string
}

export const emailOfProject = (projectId: string) => `firebase-adminsdk@${projectId}.iam.gserviceaccount.com`

export interface AccountsOptions {
  keep: Keep
  authority: Certified
  /** Known only once the listener has its port. */
  fcmTokenUri(): string
}

export function createAccounts({ keep, authority, fcmTokenUri }: AccountsOptions): Accounts {
  const { state } = keep
  const secret = Buffer.from(state.secret, 'hex')
  const keys = new Map<string, ApnsKey>()
  const certificates = new Map<string, ApnsCertificate>()
  let passes: PassCertificate | undefined
  const apnsPrivateKey = (keyId: string) => privateKeyOf(deriveScalar(secret, `apns key ${keyId}`))
  const learnKey = (record: ApnsKeyRecord) =>
    keys.set(record.keyId, { ...record, publicKey: createPublicKey(apnsPrivateKey(record.keyId)) })

  if (state.apnsKeys.length === 0) addSamples(keep)
  state.apnsKeys.forEach(learnKey)

  return {
    apnsKey: (keyId) => keys.get(keyId),
    bundleOwner: (bundleId) => state.bundles[bundleId],
    claimBundle: (bundleId, teamId) => {
      if (state.bundles[bundleId] === teamId) return
      state.bundles[bundleId] = teamId
      keep.save()
    },
    addApnsKey: (record) => {
      state.apnsKeys = [...state.apnsKeys.filter(({ keyId }) => keyId !== record.keyId), record]
      learnKey(record)
      keep.save()
    },
    removeApnsKey: (keyId) => {
      state.apnsKeys = state.apnsKeys.filter((record) => record.keyId !== keyId)
      keep.save()
      return keys.delete(keyId)
    },
    apnsCredential: (keyId, bundleId) => ({
      key: apnsPrivateKey(keyId).export({ type: 'pkcs8', format: 'pem' }) as string,
      key_id: keyId,
      team_id: keys.get(keyId)?.teamId ?? SAMPLE.teamId,
      bundle_id: bundleId,
    }),
    apnsCertificate: (bundleId) => {
      const made = certificates.get(bundleId) ?? exportCertificate(authority, bundleId)
      certificates.set(bundleId, made)
      return made
    },
    hasFcmProject: (projectId) => state.fcmProjects.includes(projectId),
    addFcmProject: (projectId) => addTo(keep, state.fcmProjects, projectId),
    removeFcmProject: (projectId) => removeFrom(keep, state.fcmProjects, projectId),
    fcmPublicKey: () => createPublicKey(fcmKey(keep)),
    fcmServiceAccount: (projectId) => ({
      type: 'service_account',
      project_id: projectId,
      private_key_id: derive(secret, `fcm key ${projectId}`, 20).toString('hex'),
      private_key: fcmKey(keep),
      client_email: emailOfProject(projectId),
      client_id: BigInt(`0x${derive(secret, `fcm client ${projectId}`, 8).toString('hex')}`).toString(),
      token_uri: fcmTokenUri(),
    }),
    wnsSecret: (clientId) =>
      state.wnsClients.includes(clientId)
        ? derive(secret, `wns client ${clientId}`, 30).toString('base64url')
        : undefined,
    addWnsClient: (clientId) => addTo(keep, state.wnsClients, clientId),
    removeWnsClient: (clientId) => removeFrom(keep, state.wnsClients, clientId),
    passCertificate: () => {
      passes ??= makePassCertificate(authority, SAMPLE.passTypeId, SAMPLE.teamId)
      return passes
    },
    twilio: () => ({
      provider: 'twilio',
      account_sid: `AC${derive(secret, 'twilio account', 16).toString('hex')}`,
      auth_token: derive(secret, 'twilio token', 16).toString('hex'),
      from: SAMPLE.smsNumber,
    }),
    smpp: () => ({
      provider: 'smpp',
      host: 'localhost',
      port: state.ports.smpp ?? 0,
      tls: true,
      system_id: 'sandbox',
      password: derive(secret, 'smpp password', 4).toString('hex'),
      from: SAMPLE.smsNumber,
    }),
    smtp: () => ({
      host: 'localhost',
      port: state.ports.smtp ?? 0,
      security: 'starttls',
      user: 'sandbox',
      password: derive(secret, 'smtp password', 18).toString('base64url'),
      from: 'Carillon Sandbox <hello@sandbox.example>',
      bounce_domain: 'bounces.sandbox.example',
    }),
  }
}

function addSamples({ state, save }: Keep): void {
  state.apnsKeys.push({ teamId: SAMPLE.teamId, keyId: SAMPLE.keyId })
  state.bundles[SAMPLE.bundleId] = SAMPLE.teamId
  state.fcmProjects.push(SAMPLE.projectId)
  state.wnsClients.push(SAMPLE.clientId)
  save()
}

function exportCertificate(authority: Certified, bundleId: string): ApnsCertificate {
  const { certificate, key } = makePushCertificate(authority, bundleId)
  const file = writePkcs12(certificate, createPrivateKey(key), PASSPHRASE)
  return { certificate: file.toString('base64'), passphrase: PASSPHRASE, bundle_id: bundleId }
}

/** One RSA key for all projects, made when it is first asked for: it takes a tenth of a second or more. */
function fcmKey({ state, save }: Keep): string {
  if (state.fcmKey === undefined) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    state.fcmKey = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
    save()
  }
  return state.fcmKey
}

function addTo({ save }: Keep, list: string[], name: string): void {
  if (list.includes(name)) return
  list.push(name)
  save()
}

function removeFrom({ save }: Keep, list: string[], name: string): boolean {
  const at = list.indexOf(name)
  if (at < 0) return false
  list.splice(at, 1)
  save()
  return true
}
