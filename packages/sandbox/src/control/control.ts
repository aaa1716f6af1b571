import type {
  Accounts,
  ApnsCertificate,
  ApnsCredential,
  FcmServiceAccount,
  SmtpAccount,
} from '../accounts.ts'
import { SAMPLE } from '../accounts.ts'
import type { TokenUpdates } from '../apns/provider-token.ts'
import { type ReportKind, reportKinds, writeReport } from '../email/mail-report.ts'
import type { Email, Mailbox } from '../email/mailbox.ts'
import type { Fault, FaultInput, Faults } from '../faults.ts'
import type { Device, DeviceRequest } from '../mint-devices.ts'
import type { Interaction, Notification } from '../phones/notification.ts'
import type { Phone, PhoneEvent, Phones } from '../phones/phones.ts'
import { Problem } from '../problem.ts'
import type { Conversation, Conversations, Text } from '../sms/conversations.ts'
import type { SmppAccount } from '../sms/smpp-centre.ts'
import type { TwilioAccount } from '../sms/twilio.ts'
import type { ProviderStats, Stats } from '../stats.ts'
import type { WalletPass } from '../wallet/held-passes.ts'
import type { PassCertificate } from '../wallet/pass-certificate.ts'
import type { Wallet, Wallets } from '../wallet/wallets.ts'
import type { Environment, ListenerName, Provider, Scenario } from '../words.ts'
import { listenerNames } from '../words.ts'
import {
  actInput,
  answerInput,
  apnsAccountInput,
  deviceRequest,
  faultInput,
  fcmAccountInput,
  passLinkInput,
  walletInput,
  wnsAccountInput,
} from './inputs.ts'
import { oneOf, readObject } from './read-input.ts'

export interface WnsCredential {
  tenant_id: string
  client_id: string
  client_secret: string
}

export interface SampleAccounts {
  apns: ApnsCredential
  apns_certificate: ApnsCertificate
  fcm: FcmServiceAccount
  wns: WnsCredential
  email: SmtpAccount
  twilio: TwilioAccount
  smpp: SmppAccount
  wallet: PassCertificate
}

export interface ApnsAccountInput {
  bundle_ids?: string[]
  /** A team or key that is not known yet is made. Default: the sample's. */
  team_id?: string
  key_id?: string
  /** Limits the key to one environment. */
  environment?: Environment
  /** The time in which APNs takes no second new provider token of a key; 1,200 unless changed. */
  token_update_seconds?: number
}

/** Everything that can be done to the sandbox; the HTTP control API offers the same. Bad input throws a Problem. */
export interface Control {
  accounts(): SampleAccounts
  addApnsAccount(input: ApnsAccountInput): ApnsCredential
  addFcmAccount(input: { project_id: string }): FcmServiceAccount
  addWnsAccount(input: { client_id: string }): WnsCredential
  /** From here on the provider refuses this APNs key, FCM project or WNS client. */
  revokeAccount(kind: 'apns' | 'fcm' | 'wns', id: string): void
  createDevices(input: DeviceRequest): Device[]
  phones(): Phone[]
  phone(id: string): Phone
  clearPhones(): void
  /** Marks it in the sandbox only; nobody is told but the listeners. */
  act(phoneId: string, notificationId: string, input: Omit<Interaction, 'at'>): Notification
  onPhoneEvent(listener: (event: PhoneEvent) => void): () => void
  /** The emails that came, newest first. */
  emails(): Email[]
  email(id: string): Email
  /** The email as it came over the wire. */
  rawEmail(id: string): Buffer
  clearEmails(): void
  onEmail(listener: (email: Email) => void): () => void
  /** What comes back about it: a bounce, a delay, a complaint or a mailed unsubscribe, as an email. */
  reportEmail(id: string, kind: ReportKind): string
  /** Wallet on a new virtual phone. */
  createWallet(input: { name: string; scenario?: Scenario }): Wallet
  wallets(): Wallet[]
  /** Throws its passes away first. */
  removeWallet(id: string): Promise<void>
  /** As a tap on the link of a pass: it is checked, shown and registered for updates. */
  addPass(walletId: string, input: { url: string }): Promise<WalletPass>
  removePass(walletId: string, serial: string): Promise<void>
  /** Asks for updates without a push. */
  refreshWallet(id: string): Promise<void>
  onWallet(listener: (wallet: Wallet) => void): () => void
  /** Texts between phones and senders, the newest conversation first. */
  conversations(): Conversation[]
  conversation(id: string): Conversation
  /** The phone writes back, to whoever wrote to it. */
  answerText(id: string, input: { text: string }): Text
  clearConversations(): void
  onConversation(listener: (conversation: Conversation) => void): () => void
  addFault(input: FaultInput): Fault
  faults(): Fault[]
  removeFault(id: string): void
  clearFaults(): void
  stats(): Record<Provider, ProviderStats>
  clearStats(): void
  /** Whether to count each delivery id from now on. */
  record(on: boolean): void
  deliveries(provider: Provider): Record<string, number>
}

export interface ControlParts {
  accounts: Accounts
  updates: TokenUpdates
  mint(request: DeviceRequest): Device[]
  phones: Phones
  mailbox: Mailbox
  conversations: Conversations
  wallets: Wallets
  faults: Faults
  stats: Stats
  cutConnections(listener: ListenerName | 'smpp'): void
  now(): number
}

export function createControl(parts: ControlParts): Control {
  const { phones, faults, stats } = parts
  return {
    ...accountControl(parts),
    createDevices: (input) => parts.mint(readObject(input, deviceRequest)),
    phones: () => phones.list(),
    phone: (id) => found(phones.get(id), `There is no phone ${id}.`),
    clearPhones: () => phones.clear(),
    act: (phoneId, notificationId, input) => {
      const interaction = { ...readObject(input, actInput), at: new Date(parts.now()).toISOString() }
      const notification = phones.act(phoneId, notificationId, interaction)
      return found(notification, `Phone ${phoneId} has no notification ${notificationId}.`)
    },
    onPhoneEvent: (listener) => phones.subscribe(listener),
    ...emailControl(parts.mailbox),
    ...textControl(parts.conversations),
    ...walletControl(parts.wallets),
    addFault: (input) => addFault(parts, input),
    faults: () => faults.list(),
    removeFault: (id) => {
      if (!faults.remove(id)) throw new Problem(404, `There is no fault ${id}.`)
    },
    clearFaults: () => faults.clear(),
    stats: () => stats.all(),
    clearStats: () => stats.reset(),
    record: (on) => stats.record(on),
    deliveries: (provider) => stats.deliveries(provider),
  }
}

type WalletControl = Pick<
  Control,
  'createWallet' | 'wallets' | 'removeWallet' | 'addPass' | 'removePass' | 'refreshWallet' | 'onWallet'
>

function walletControl(wallets: Wallets): WalletControl {
  return {
    createWallet: (input) => wallets.add(readObject(input, walletInput)),
    wallets: () => wallets.list(),
    removeWallet: async (id) => {
      if (!(await wallets.remove(id))) throw new Problem(404, `There is no wallet ${id}.`)
    },
    addPass: async (id, input) => wallets.addPass(id, readObject(input, passLinkInput).url),
    removePass: (id, serial) => wallets.removePass(id, serial),
    refreshWallet: (id) => wallets.refresh(id),
    onWallet: (listener) => wallets.subscribe(listener),
  }
}

type EmailControl = Pick<Control, 'emails' | 'email' | 'rawEmail' | 'clearEmails' | 'onEmail' | 'reportEmail'>

function emailControl(mailbox: Mailbox): EmailControl {
  const email = (id: string) => found(mailbox.get(id), `There is no email ${id}.`)
  return {
    emails: () => mailbox.list(),
    email,
    rawEmail: (id) => found(mailbox.raw(id), `There is no email ${id}, or its bytes are gone.`),
    clearEmails: () => mailbox.clear(),
    onEmail: (listener) => mailbox.subscribe(listener),
    reportEmail: (id, kind) => writeReport(oneOf(reportKinds)(kind, 'kind'), email(id)),
  }
}

type TextControl = Pick<
  Control,
  'conversations' | 'conversation' | 'answerText' | 'clearConversations' | 'onConversation'
>

function textControl(conversations: Conversations): TextControl {
  const unknown = (id: string) => `There is no conversation ${id}.`
  return {
    conversations: () => conversations.list(),
    conversation: (id) => found(conversations.get(id), unknown(id)),
    answerText: (id, input) => {
      const { text } = readObject(input, answerInput)
      return found(conversations.answer(id, text), unknown(id))
    },
    clearConversations: () => conversations.clear(),
    onConversation: (listener) => conversations.subscribe(listener),
  }
}

type AccountControl = Pick<
  Control,
  'accounts' | 'addApnsAccount' | 'addFcmAccount' | 'addWnsAccount' | 'revokeAccount'
>

function accountControl({ accounts, updates }: ControlParts): AccountControl {
  const wnsCredential = (clientId: string) => ({
    tenant_id: SAMPLE.tenantId,
    client_id: clientId,
    client_secret: accounts.wnsSecret(clientId) ?? '',
  })
  return {
    accounts: () => ({
      apns: accounts.apnsCredential(SAMPLE.keyId, SAMPLE.bundleId),
      apns_certificate: accounts.apnsCertificate(SAMPLE.bundleId),
      fcm: accounts.fcmServiceAccount(SAMPLE.projectId),
      wns: wnsCredential(SAMPLE.clientId),
      email: accounts.smtp(),
      twilio: accounts.twilio(),
      smpp: accounts.smpp(),
      wallet: accounts.passCertificate(),
    }),
    addApnsAccount: (input) => addApnsAccount(accounts, updates, input),
    addFcmAccount: (input) => {
      const { project_id } = readObject(input, fcmAccountInput)
      if (!/^[a-z][a-z0-9-]{3,29}$/.test(project_id))
        throw new Problem(422, '`project_id` must be a-z, 0-9 and hyphens.')
      accounts.addFcmProject(project_id)
      return accounts.fcmServiceAccount(project_id)
    },
    addWnsAccount: (input) => {
      const { client_id } = readObject(input, wnsAccountInput)
      accounts.addWnsClient(client_id)
      return wnsCredential(client_id)
    },
    revokeAccount: (kind, id) => {
      const revoke = {
        apns: accounts.removeApnsKey,
        fcm: accounts.removeFcmProject,
        wns: accounts.removeWnsClient,
      }
      if (!revoke[kind](id)) throw new Problem(404, `There is no ${kind} account ${id}.`)
    },
  }
}

function addApnsAccount(accounts: Accounts, updates: TokenUpdates, input: ApnsAccountInput): ApnsCredential {
  const read = readObject(input, apnsAccountInput)
  const keyId =
    read.key_id ?? (read.team_id && read.team_id !== SAMPLE.teamId ? `K${read.team_id}` : SAMPLE.keyId)
  const known = accounts.apnsKey(keyId)
  const teamId = read.team_id ?? known?.teamId ?? SAMPLE.teamId
  if (known && known.teamId !== teamId)
    throw new Problem(409, `Key ${keyId} belongs to team ${known.teamId}.`)
  if (!known || read.environment !== undefined)
    accounts.addApnsKey({ teamId, keyId, environment: read.environment })
  for (const bundleId of read.bundle_ids ?? []) accounts.claimBundle(bundleId, teamId)
  if (read.token_update_seconds !== undefined) updates.setWindow(read.token_update_seconds)
  return accounts.apnsCredential(keyId, read.bundle_ids?.[0] ?? SAMPLE.bundleId)
}

/** Refusing connections also ends the ones that are open, or a sender that keeps its own would not notice. */
function addFault({ faults, cutConnections }: ControlParts, input: FaultInput): Fault {
  const read = readObject(input, faultInput)
  if (read.fault !== 'refuse_connections') return faults.add(read)
  const listener = ([...listenerNames, 'smpp'] as const).find((name) => name === read.provider)
  if (!listener)
    throw new Problem(422, `${read.provider} shares its port: refuse the connections of its push service.`)
  const fault = faults.add(read)
  cutConnections(listener)
  return fault
}

function found<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Problem(404, otherwise)
  return value
}
