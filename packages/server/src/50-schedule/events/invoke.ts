import type { EventInvoke, EventInvoked, EventVariable, ProblemPlace } from '@carillon/contract'
import { Problem, type Tx } from '../../00-kernel/index.ts'
import { createMessage } from '../messages/index.ts'
import { unknownDefinition } from './save-definition.ts'
import { type DefinitionRow, insertInvocation, lockDefinition } from './store.ts'
import { inTheCall, type Part, partsOf } from './whom.ts'

/** One invocation makes one transactional message for each channel. Throws Problem; then nothing was stored. */
export async function invokeDefinition(
  tx: Tx,
  id: string,
  body: EventInvoke,
  { workspaceId, now }: { workspaceId: string; now: Date },
): Promise<EventInvoked> {
  // Whoever deactivates it waits for this transaction, and is answered when nothing more can be accepted.
  const definition = await lockDefinition(tx, { workspaceId, id }, 'share')
  if (!definition) throw unknownDefinition()
  if (definition.status !== 'active')
    throw new Problem('conflict', { detail: 'The event definition is not active; activate it first.' })
  const parts = await checkCall(tx, workspaceId, definition, body)
  const messages = []
  for (const part of parts) {
    const message = await createMessage(tx, workspaceId, messageOf(definition, body, part), now).catch(
      (error) => {
        throw asTheCallerSeesIt(error instanceof Problem ? inTheCall(error, part, body) : error)
      },
    )
    await insertInvocation(tx, { messageId: message.id, definition })
    const { id: message_id, status, estimated_recipients } = message
    messages.push({ message_id, channel: part.channel, status, estimated_recipients })
  }
  const [first] = messages
  if (!first) throw new Error('An invocation names somebody.')
  return {
    message_id: first.message_id,
    messages,
    event_definition_id: definition.id,
    version: definition.version,
    status: first.status,
    estimated_recipients: messages.reduce((sum, { estimated_recipients: n }) => sum + n, 0),
  }
}

/** Whom the call names, channel by channel, once everything in it is found right. */
async function checkCall(
  tx: Tx,
  workspaceId: string,
  definition: DefinitionRow,
  body: EventInvoke,
): Promise<Part[]> {
  const parts = await partsOf(tx, workspaceId, definition, body)
  const named = 'problems' in parts ? parts.problems : []
  const errors = [...named, ...checkValues(definition.variables, body.variables)].slice(0, 50)
  if (errors.length > 0 || 'problems' in parts) throw new Problem('invalid_request', { errors })
  return parts
}

/** Null is no value. */
function checkValues(
  declared: readonly EventVariable[],
  given: Readonly<Record<string, unknown>>,
): ProblemPlace[] {
  const has = (name: string) => Object.hasOwn(given, name) && given[name] !== null
  const missing = declared.filter(({ name, required }) => required && !has(name))
  const unknown = Object.keys(given).filter((name) => !declared.some((variable) => variable.name === name))
  return [
    ...missing.map(({ name, example }) => ({
      pointer: `/variables/${name}`,
      code: 'missing_variable',
      detail: `is required, for example ${JSON.stringify(example).slice(0, 100).toWellFormed()}`,
    })),
    ...unknown.map((name) => ({
      pointer: `/variables/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      code: 'unknown_variable',
      detail: 'is not declared by the event definition',
    })),
  ]
}

function messageOf(definition: DefinitionRow, body: EventInvoke, { channel, to }: Part) {
  const { content, template_id, ttl_seconds } = definition
  return {
    app_id: definition.app_id,
    channel,
    to,
    ...(content ? { content } : {}),
    ...(template_id ? { template_id } : {}),
    ...(ttl_seconds === null ? {} : { ttl_seconds }),
    overrides: definition.overrides,
    variables: body.variables,
    // Something has just happened: it goes before every campaign.
    category: 'transactional' as const,
    metadata: { ...body.metadata, event: definition.name },
    dry_run: body.dry_run,
  }
}

/** The caller gave neither content nor template: what is wrong there comes from a value, or from a later change. */
function asTheCallerSeesIt(error: unknown): unknown {
  if (!(error instanceof Problem) || !error.details.errors) return error
  const { errors, ...details } = error.details
  if (errors.some(({ pointer }) => pointer === '/template_id'))
    return new Problem('conflict', { detail: 'The template of the event definition is gone.' })
  const seen = errors.map((place) =>
    place.pointer.startsWith('/to/')
      ? { ...place, pointer: place.pointer.slice('/to'.length) }
      : { ...place, pointer: '/variables', detail: `${place.pointer} of the definition: ${place.detail}` },
  )
  return new Problem(error.code, { ...details, errors: seen })
}
