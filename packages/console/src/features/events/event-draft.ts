import type {
  Channel,
  Content,
  EventDefinition,
  EventDefinitionCreate,
  EventVariable,
  ReachRule,
} from '@carillon/contract'
import { type ContentDraft, emptyDraft } from '../../shared/content/content-editing.ts'
import { parseJson } from '../../shared/json-text.ts'

/** A variable as it is typed. */
export interface VariableDraft {
  name: string
  example: string
  required: boolean
}

export interface EventDraft extends ContentDraft {
  name: string
  description: string
  type: string
  appId: string | undefined
  /** In their order of priority. */
  channels: Channel[]
  reach: ReachRule
  templateId: string | undefined
  variables: VariableDraft[]
  ttlSeconds: number | undefined
}

export const emptyEventDraft: EventDraft = {
  ...emptyDraft,
  name: '',
  description: '',
  type: '',
  appId: undefined,
  channels: ['push'],
  reach: 'all',
  templateId: undefined,
  variables: [],
  ttlSeconds: undefined,
}

export function draftOf(definition: EventDefinition): EventDraft {
  return {
    name: definition.name,
    description: definition.description ?? '',
    type: definition.type ?? '',
    appId: definition.app_id,
    channels: definition.channels,
    reach: definition.reach,
    templateId: definition.template_id ?? undefined,
    content: definition.content ?? emptyDraft.content,
    overrides: definition.overrides,
    variables: definition.variables.map(({ name, example, required }) => ({
      name,
      example: exampleText(example),
      required,
    })),
    ttlSeconds: definition.ttl_seconds ?? undefined,
  }
}

type EventFields = Omit<EventDefinitionCreate, 'app_id'> & { app_id?: string }

/** The same fields create a definition and change one. */
export function fieldsOf(draft: EventDraft): EventFields {
  return {
    name: draft.name,
    description: draft.description.trim() || null,
    type: draft.type.trim() || null,
    ...(draft.appId ? { app_id: draft.appId } : {}),
    ...(draft.templateId ? { template_id: draft.templateId } : { content: draft.content }),
    channels: draft.channels,
    reach: draft.reach,
    overrides: draft.overrides,
    variables: variablesOf(draft),
    ttl_seconds: draft.ttlSeconds ?? null,
  }
}

export function variablesOf({ variables }: Pick<EventDraft, 'variables'>): EventVariable[] {
  return variables.map(({ name, example, required }) => ({ name, example: exampleValue(example), required }))
}

/** What the texts are shown with. */
export function examplesOf(variables: readonly EventVariable[]): Record<string, EventVariable['example']> {
  return Object.fromEntries(variables.map(({ name, example }) => [name, example]))
}

/** Numbers, true and false, lists and objects are what they look like; anything else is a text, quoted or not. */
export function exampleValue(typed: string): EventVariable['example'] {
  const { value } = parseJson(typed)
  return value === undefined || value === null ? typed : (value as EventVariable['example'])
}

export function exampleText(example: EventVariable['example']): string {
  if (typeof example !== 'string') return JSON.stringify(example)
  return exampleValue(example) === example ? example : JSON.stringify(example)
}

/** A name for a text that becomes a variable: `Order no. 7` is `order_no_7`. */
export function nameFor(text: string, taken: readonly string[]): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  const slug = plain
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^[0-9_]+/, '')
    .slice(0, 40)
    .replace(/_+$/, '')
  const first = slug || 'value'
  if (!taken.includes(first)) return first
  for (let n = 2; ; n += 1) if (!taken.includes(`${first}_${n}`)) return `${first}_${n}`
}

/** Renames a variable where it is declared and wherever a text names it. */
export function withRenamed(draft: EventDraft, place: number, name: string): EventDraft {
  const old = draft.variables[place]?.name
  const variables = draft.variables.map((variable, at) => (at === place ? { ...variable, name } : variable))
  // While a name is being typed it may be empty, or that of another one: then texts wait for a better one.
  const isFit = old && /^[A-Za-z]\w*$/.test(name) && !draft.variables.some((other) => other.name === name)
  if (!isFit) return { ...draft, variables }
  const named = new RegExp(`\\bvariables\\.${old}\\b(?!-)`, 'g')
  const renamed = <T>(value: T): T =>
    mapTexts(value, (text) => renameIn(text, named, `variables.${name}`)) as T
  return {
    ...draft,
    variables,
    content: renamed<Content>(draft.content),
    overrides: renamed(draft.overrides),
  }
}

/** Inside braces alone: what people read stays. */
function renameIn(text: string, named: RegExp, by: string): string {
  return text.replaceAll(/\{\{.*?\}\}|\{%.*?%\}/gs, (code) => code.replaceAll(named, by))
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((part) => mapTexts(part, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapTexts(part, change)]))
}
