import {
  type Audience,
  type Channel,
  channelOfPlatform,
  type EventInvoke,
  type Platform,
  type ProblemPlace,
} from '@carillon/contract'
import { sql } from 'kysely'
import { Problem, type Tx } from '../../00-kernel/index.ts'
import { sharingOf } from '../messages/index.ts'
import { findNamedUsers } from './named-users.ts'
import type { DefinitionRow } from './store.ts'

/** One message of an invocation. */
export interface Part {
  channel: Channel
  to: Audience
}

type Definition = Pick<DefinitionRow, 'app_id' | 'channels' | 'reach'>

/** Whom the call names, as one part for each channel that is to reach them; or what is wrong with the names. */
export async function partsOf(
  tx: Tx,
  workspaceId: string,
  definition: Definition,
  body: EventInvoke,
): Promise<Part[] | { problems: ProblemPlace[] }> {
  if (body.subscription_ids) return ofSubscriptions(tx, definition, body.subscription_ids)
  if (body.addresses) return ofAddresses(definition, body.addresses)
  if (body.users_by) return ofPeople(definition, { users_by: body.users_by })
  const { ids, problems } = await findNamedUsers(tx, workspaceId, body.users ?? [])
  return problems.length > 0 ? { problems } : ofPeople(definition, { user_ids: ids })
}

/** Everybody by every channel, or each by the first that reaches them. */
function ofPeople({ app_id, channels, reach }: Definition, to: Audience): Part[] {
  const places = channels.map((channel) => ({ app_id, channel }))
  return channels.map((channel, i) => {
    const sharing = reach === 'first' ? sharingOf(places, i) : undefined
    return { channel, to: { ...to, ...(sharing && { sharing }) } }
  })
}

/** Each by the channel that it belongs to, whether or not the definition names it: the call asks for just these. */
async function ofSubscriptions(
  tx: Tx,
  { app_id, channels }: Definition,
  ids: readonly string[],
): Promise<Part[]> {
  const { rows } = await sql<{ id: string; platform: Platform }>`
    select id, platform from subscriptions where app_id = ${app_id}::uuid and id = any(${ids}::uuid[])`.execute(
    tx,
  )
  const platforms = new Map(rows.map(({ id, platform }) => [id, platform]))
  // What is not known goes along, so that its place is named when the message is checked.
  const [usual = 'push'] = channels
  const channelOf = (id: string) => {
    const platform = platforms.get(id.toLowerCase())
    return platform ? channelOfPlatform(platform) : usual
  }
  if (rows.length < new Set(ids).size) return [{ channel: usual, to: { subscription_ids: [...ids] } }]
  return [...Map.groupBy(ids, channelOf)].map(([channel, some]) => ({
    channel,
    to: { subscription_ids: some },
  }))
}

function ofAddresses(
  { channels }: Definition,
  addresses: NonNullable<EventInvoke['addresses']>,
): Part[] | { problems: ProblemPlace[] } {
  const channelOf = (address: (typeof addresses)[number]) => ('email' in address ? 'email' : 'sms')
  const problems = addresses.flatMap((address, i) => {
    const channel = channelOf(address)
    const detail = `The event definition does not send by ${channel}; add it to its channels.`
    return channels.includes(channel) ? [] : [{ pointer: `/addresses/${i}`, code: 'wrong_channel', detail }]
  })
  if (problems.length > 0) return { problems: problems.slice(0, 50) }
  return [...Map.groupBy(addresses, channelOf)].map(([channel, some]) => ({
    channel,
    to: { addresses: some.map((address) => ('email' in address ? address.email : address.phone)) },
  }))
}

/** The places of an audience of one channel are not those of the call. */
export function inTheCall(problem: Problem, { channel, to }: Part, body: EventInvoke): Problem {
  if (!to.addresses || !body.addresses) return problem
  const key = channel === 'email' ? 'email' : 'phone'
  const places = body.addresses.flatMap((address, i) => (key in address ? [i] : []))
  const errors = problem.details.errors?.map((place) => {
    const [, i] = /^\/to\/addresses\/(\d+)$/.exec(place.pointer) ?? []
    return i === undefined ? place : { ...place, pointer: `/to/addresses/${places[Number(i)]}/${key}` }
  })
  return new Problem(problem.code, { ...problem.details, errors })
}
