import type { Audience, MessageCreate } from '@carillon/contract'
import { fieldProblem, Problem, type Tx } from '../../00-kernel/index.ts'
import { subscribeAddresses } from '../../30-audience/index.ts'

/** An audience of typed addresses as the subscriptions that they are; any other as it is. Throws Problem. */
export async function findTyped(
  tx: Tx,
  { workspaceId, appId, now }: { workspaceId: string; appId: string; now: Date },
  { channel, to }: Pick<MessageCreate, 'channel' | 'to'>,
): Promise<Audience> {
  if (!to.addresses) return to
  if (channel !== 'email' && channel !== 'sms')
    throw fieldProblem(
      'invalid_request',
      '/to/addresses',
      'are for the channels email and sms',
      'wrong_channel',
    )
  const { addresses } = to
  const ids = await subscribeAddresses(tx, workspaceId, { appId, platform: channel, addresses, now })
  const known = ids.filter((id) => id !== null)
  if (known.length < ids.length)
    throw new Problem('invalid_request', { errors: wrong(addresses, ids, channel) })
  return { addresses, subscription_ids: [...new Set(known)] }
}

const most = 20

function wrong(addresses: readonly string[], ids: readonly (string | null)[], channel: 'email' | 'sms') {
  const detail = channel === 'email' ? 'is not an email address' : 'is not a phone number with its country'
  const places = addresses.flatMap((_, i) => (ids[i] === null ? [i] : []))
  return places.slice(0, most).map((i) => ({ pointer: `/to/addresses/${i}`, code: 'not_an_address', detail }))
}
