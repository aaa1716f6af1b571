import {
  type Channel,
  type Content,
  channelPlatforms,
  type EventVariable,
  type Overrides,
  type ProblemPlace,
} from '@carillon/contract'
import { Problem, type Tx } from '../../00-kernel/index.ts'
import { checkConstantSize, checkContent, resolveTemplate, variableNames } from '../../40-content/index.ts'
import { checkPass } from '../../45-passes/index.ts'
import type { DefinitionFields } from './store.ts'

type Said = Pick<DefinitionFields, 'content' | 'template_id' | 'overrides' | 'variables' | 'channels'>

/** Everything that would make invocations fail, found with the declared examples. */
export async function checkDefinition(tx: Tx, workspaceId: string, said: Said): Promise<ProblemPlace[]> {
  if ((said.content === null) === (said.template_id === null)) {
    const pointer = said.content ? '/template_id' : '/content'
    return [{ pointer, code: 'content_or_template', detail: 'Give either content or template_id.' }]
  }
  const twice = namesTwice(said.variables)
  if (said.content)
    return [
      ...twice,
      ...(await checkAll(tx, workspaceId, { said, content: said.content, overrides: said.overrides })),
    ]
  const template = await resolveTemplate(tx, workspaceId, said.template_id as string)
  if (!template) {
    const detail = 'There is no template with this id.'
    return [...twice, { pointer: '/template_id', code: 'unknown_template', detail }]
  }
  const overrides = { ...template.overrides, ...said.overrides }
  const texts = await checkAll(tx, workspaceId, { said, content: template.content, overrides })
  return [...twice, ...texts.map(inTemplate)]
}

/** The texts, and what a pass needs besides, where one is among the channels. */
async function checkAll(
  tx: Tx,
  workspaceId: string,
  { said, content, overrides }: { said: Said; content: Content; overrides: Overrides },
): Promise<ProblemPlace[]> {
  const places = checkTexts(said, content, overrides)
  if (!said.channels.includes('pass')) return places
  return [...places, ...(await checkPass(tx, workspaceId, content, overrides))]
}

function namesTwice(variables: readonly EventVariable[]): ProblemPlace[] {
  return variables.flatMap(({ name }, i) =>
    variables.findIndex((other) => other.name === name) < i
      ? [{ pointer: `/variables/${i}/name`, code: 'taken', detail: `${name} is declared already` }]
      : [],
  )
}

function checkTexts({ variables, channels }: Said, content: Content, overrides: Overrides): ProblemPlace[] {
  const undeclared = variableNames(content, overrides).filter(
    ({ name }) => !variables.some((variable) => variable.name === name),
  )
  // Without the optional ones, so that a text which needs one is found here and not by whoever leaves it out.
  const required = examplesOf(variables.filter((variable) => variable.required))
  const places = [
    ...undeclared.map(({ name, pointer }) => ({
      pointer,
      code: 'undeclared_variable',
      detail: `variables.${name} is not declared; add ${name} to the variables.`,
    })),
    ...(undeclared.length > 0
      ? checkContent(content, overrides)
      : checkContent(content, overrides, required).map((place) => withHint(place, variables))),
  ]
  return places.length > 0 ? places : checkSize(content, overrides, channels)
}

export function examplesOf(variables: readonly EventVariable[]): Record<string, unknown> {
  return Object.fromEntries(variables.map(({ name, example }) => [name, example]))
}

function withHint(place: ProblemPlace, variables: readonly EventVariable[]): ProblemPlace {
  if (place.code !== 'render_error' || variables.every(({ required }) => required)) return place
  const detail = `${place.detail}. A variable that may be left out needs a default in the text.`
  return { ...place, detail }
}

function checkSize(content: Content, overrides: Overrides, channels: readonly Channel[]): ProblemPlace[] {
  try {
    const platforms = channels.flatMap((channel) => channelPlatforms[channel])
    checkConstantSize(content, overrides, platforms)
    return []
  } catch (error) {
    if (error instanceof Problem && error.details.errors) return error.details.errors
    throw error
  }
}

function inTemplate({ pointer, code, detail }: ProblemPlace): ProblemPlace {
  return { pointer: '/template_id', code, detail: `${pointer} of the template: ${detail}` }
}
