import type { AuditActor } from '@carillon/contract'
import type { Tx } from '../../00-kernel/index.ts'
import { insertAudit } from './store.ts'

/** One change or send, told without any value that was given. */
export interface AuditFacts {
  workspaceId: string
  actor: { kind: AuditActor; id: string; name: string }
  /** The id of an operation in the contract. */
  action: string
  method: string
  path: string
  resource: { kind: string; id: string | null }
  /** What was sent, where the resource is not the message itself. */
  messageId: string | null
  fields: readonly string[]
  status: number
  requestId: string
  address: string
}

/** Adds to the audit in the transaction of the change, so that neither is there without the other. */
export async function recordAudit(tx: Tx, facts: AuditFacts): Promise<void> {
  await insertAudit(tx, facts, new Date())
}

/** A message that a campaign sends by itself: nobody called, so there is neither request nor address. */
export async function recordCampaignSend(
  tx: Tx,
  { workspaceId, campaign, messageId }: CampaignSend,
): Promise<void> {
  await recordAudit(tx, {
    workspaceId,
    actor: { kind: 'campaign', id: `campaign:${campaign.id}`, name: campaign.name },
    action: 'createMessage',
    method: '',
    path: '',
    resource: { kind: 'messages', id: messageId },
    messageId: null,
    fields: [],
    status: 202,
    requestId: '',
    address: '',
  })
}

export interface CampaignSend {
  workspaceId: string
  campaign: { id: string; name: string }
  messageId: string
}

/** What a person set off by writing to us; known by their subscription, since a number is a value. */
export async function recordByPerson(
  tx: Tx,
  { workspaceId, subscriptionId, ...facts }: ByPerson,
): Promise<void> {
  await recordAudit(tx, {
    ...facts,
    workspaceId,
    actor: { kind: 'person', id: `subscription:${subscriptionId}`, name: 'A person, by text message' },
    method: '',
    path: '',
    messageId: null,
    requestId: '',
    address: '',
  })
}

export interface ByPerson extends Pick<AuditFacts, 'action' | 'resource' | 'fields' | 'status'> {
  workspaceId: string
  subscriptionId: string
}
