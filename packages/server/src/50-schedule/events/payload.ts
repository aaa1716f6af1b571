import { type Channel, channelOfPlatform, type EventPayload } from '@carillon/contract'
import { type Db, newId, Problem } from '../../00-kernel/index.ts'
import { findApp, findCredentials } from '../../12-apps/index.ts'
import { findUser, getSettings } from '../../30-audience/index.ts'
import { examplesOf } from './check-definition.ts'
import { type DefinitionRow, findLikelyUser } from './store.ts'

interface Asked {
  workspaceId: string
  /** Whom the call is for; null takes somebody whom the app reaches. */
  userId: string | null
  /** Where this server is reached. */
  address: string
}

/** A call that invokes the definition as it stands: with real ids and the declared examples. */
export async function readyCall(
  db: Db,
  definition: DefinitionRow,
  { workspaceId, userId, address }: Asked,
): Promise<EventPayload> {
  if (userId && !(await findUser(db, workspaceId, userId)))
    throw new Problem('not_found', { detail: 'There is no user with this id.' })
  const id = userId ?? (await findLikelyUser(db, workspaceId, definition.app_id))
  const { reconciliationKey } = await getSettings(db, workspaceId)
  const somebody = { by: { attribute: reconciliationKey, value: 'somebody@example.com' } }
  const url = `${address}/v1/event-definitions/${definition.id}/invoke`
  const body = { users: [id ? { id } : somebody], variables: examplesOf(definition.variables) }
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': newId() }
  return {
    method: 'POST',
    url,
    headers: { Authorization: 'Bearer $CARILLON_KEY', ...headers },
    body: body as EventPayload['body'],
    curl: curlCall(url, headers, body),
    node: nodeCall(url, headers, body),
    obstacles: [...(await obstaclesOf(db, workspaceId, definition)), ...(id ? [] : [nobody])],
  }
}

const nobody = 'There is no user yet: put in the value of one.'

async function obstaclesOf(db: Db, workspaceId: string, definition: DefinitionRow): Promise<string[]> {
  const app = await findApp(db, workspaceId, definition.app_id)
  return [
    ...(definition.status === 'active'
      ? []
      : ['The event definition is inactive: the call is refused until it is activated.']),
    ...(app?.status === 'published'
      ? []
      : ['The app is not published: the message is accepted, and nobody gets it.']),
    ...(app ? await channelsWithout(db, app.id, definition.channels) : []).map(
      (channel) => `The app has no credential for ${channel}: nobody is reached by it.`,
    ),
  ]
}

async function channelsWithout(db: Db, appId: string, channels: readonly Channel[]): Promise<Channel[]> {
  const credentials = await findCredentials(db, appId)
  const has = new Set(credentials.map(({ platform }) => channelOfPlatform(platform)))
  return channels.filter((channel) => !has.has(channel))
}

function curlCall(url: string, headers: Record<string, string>, body: unknown): string {
  const lines = [
    `curl -s -X POST ${url}`,
    '-H "Authorization: Bearer $CARILLON_KEY"',
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    `-d ${shellQuoted(JSON.stringify(body, null, 2))}`,
  ]
  return lines.join(' \\\n  ')
}

/** For any POSIX shell. */
function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function nodeCall(url: string, headers: Record<string, string>, body: unknown): string {
  const quoted = Object.entries(headers).map(([name, value]) => `    '${name}': '${value}',`)
  const json = JSON.stringify(body, null, 2).replaceAll('\n', '\n  ')
  return `const answer = await fetch('${url}', {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${process.env.CARILLON_KEY}\`,
${quoted.join('\n')}
  },
  body: JSON.stringify(${json}),
})
if (!answer.ok) throw new Error(await answer.text())
console.log(await answer.json())`
}
