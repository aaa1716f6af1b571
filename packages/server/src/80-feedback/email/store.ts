import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'

/** An email of ours and the address that it went to, as far as they are still known. */
export interface SentEmail {
  workspace_id: string
  message_seq: number
  ordinal: number
  subscription_id: string | null
  token_hash: Uint8Array | null
  /** When its ending was recorded; null before. */
  at: Date | null
}

/** A bounce may come before the outcome of its delivery is recorded; then only the message is known. */
export async function findSentEmail(
  db: Db | Tx,
  { messageSeq, ordinal }: { messageSeq: number; ordinal: number },
): Promise<SentEmail | undefined> {
  const { rows } = await sql<SentEmail>`
    select m.workspace_id, m.seq as message_seq, ${ordinal}::int as ordinal, d.subscription_id, s.token_hash, d.at
    from messages m
    left join deliveries d on d.message_seq = m.seq and d.ordinal = ${ordinal}
    left join subscriptions s on s.id = d.subscription_id and s.platform = 'email'
    where m.seq = ${messageSeq} and m.channel = 'email'`.execute(db)
  return rows[0]
}

/** The address behind an unsubscribe link. */
export interface LinkedAddress {
  token: string
  status: string
  app_name: string
}

export async function findLinkedAddress(
  db: Db | Tx,
  subscriptionId: string,
): Promise<LinkedAddress | undefined> {
  const { rows } = await sql<LinkedAddress>`
    select s.token, s.status, a.name as app_name
    from subscriptions s join apps a on a.id = s.app_id
    where s.id = ${subscriptionId} and s.platform = 'email'`.execute(db)
  return rows[0]
}
