import {
  type InboundMessage,
  listInboundMessages,
  type SmsCredential,
  takeTwilioReport,
} from '@carillon/contract'
import {
  type Db,
  decodeCursor,
  Problem,
  pageOf,
  type Route,
  read,
  type Tx,
  type Vault,
  write,
} from '../../00-kernel/index.ts'
import { openCredential } from '../../12-apps/index.ts'
import { insertReports } from '../../70-dispatch/index.ts'
import { readTwilio } from './read-twilio.ts'
import { readInbound } from './store.ts'
import { isSignedByTwilio } from './twilio-signature.ts'

export interface SmsRoutesDeps {
  vault: Vault
  now: () => Date
  /** Where this server is reached: what Twilio was told, and signs. */
  address: () => string
}

export function smsRoutes({ vault, now, address }: SmsRoutesDeps): Route[] {
  return [
    write(takeTwilioReport, async ({ db, params, query, body, path, header }) => {
      const authToken = await authTokenOf(db, vault, params.id)
      const signature = header('x-twilio-signature')
      const url = address().replace(/\/$/, '') + path
      if (!authToken || !isSignedByTwilio(signature, authToken, { url, form: body })) throw unsigned()
      const report = readTwilio(body, query.delivery_id)
      if (report) await insertReports(db, [{ app_id: params.id, platform: 'sms', ...report }], now())
      return undefined
    }),
    read(listInboundMessages, async ({ db, caller, query }) => {
      const [before] = decodeCursor(query.cursor, ['uuid']) ?? []
      const rows = await readInbound(db, caller.workspaceId, {
        appId: query.app_id,
        userId: query.user_id,
        kind: query.kind,
        before: before as string | undefined,
        limit: query.limit + 1,
      })
      return pageOf(rows, query.limit, inboundView, (row) => [row.id])
    }),
  ]
}

/** The same answer whether there is no such app, no such account or no such signature. */
function unsigned(): Problem {
  return new Problem('forbidden', { detail: 'The signature is not that of this app’s account.' })
}

async function authTokenOf(db: Db | Tx, vault: Vault, appId: string): Promise<string | null> {
  const opened = await openCredential(db, vault, appId, 'sms')
  if (!opened || 'unreadable' in opened) return null
  const credential = opened.credential as SmsCredential
  return credential.provider === 'twilio' ? credential.auth_token : null
}

function inboundView(row: Awaited<ReturnType<typeof readInbound>>[number]): InboundMessage {
  return {
    id: row.id,
    app_id: row.app_id,
    from: row.sender,
    to: row.recipient,
    text: row.text,
    kind: row.kind,
    user_id: row.user_id,
    subscription_id: row.subscription_id,
    at: row.at.toISOString(),
  }
}
