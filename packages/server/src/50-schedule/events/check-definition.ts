import type { Content, EventVariable, Overrides, ProblemPlace } from '@carillon/contract'
import { Problem, type Tx } from '../../00-kernel/index.ts'
import { checkConstantSize, checkContent, resolveTemplate, variableNames } from '../../40-content/index.ts'
import type { DefinitionFields } from './store.ts'

type Said = Pick<DefinitionFields, 'content' | 'template_id' | 'overrides' | 'variables'>

/** Everything that would make invocations fail, found with the declared examples. */
export async function checkDefinition(tx: Tx, workspaceId: string, said: Said): Promise<ProblemPlace[]> {
  if ((said.content === null) === (said.template_id === null)) {
    const pointer = said.content ? '/template_id' : '/content'
    return [{ pointer, code: 'content_or_template', detail: 'Give either content or template_id.' }]
  }
  const twice = namesTwice(said.variables)
  if (said.content) return [...twice, ...checkTexts(said.content, said.overrides, said.variables)]
  const template = await resolveTemplate(tx, workspaceId, said.template_id as string)
  if (!template) {
    const detail = 'There is no template with this id.'
    return [...twice, { pointer: '/template_id', code: 'unknown_template', detail }]
  }
  const texts = checkTexts(template.content, { ...template.overrides, ...said.overrides }, said.variables)
  return [...twice, ...texts.map(inTemplate)]
}

function namesTwice(variables: readonly EventVariable[]): ProblemPlace[] {
  return variables.flatMap(({ name }, i) =>
    variables.findIndex((other) => other.name === name) < i
      ? [{ pointer: `/variables/${i}/name`, code: 'taken', detail: `${name} is declared already` }]
      : [],
  )
}

function checkTexts(
  content: Content,
  overrides: Overrides,
  variables: readonly EventVariable[],
): ProblemPlace[] {
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
  return places.length > 0 ? places : checkSize(content, overrides)
}

export function examplesOf(variables: readonly EventVariable[]): Record<string, unknown> {
  return Object.fromEntries(variables.map(({ name, example }) => [name, example]))
}

function withHint(place: ProblemPlace, variables: readonly EventVariable[]): ProblemPlace {
  if (place.code !== 'render_error' || variables.every(({ required }) => required)) return place
  const detail = `${place.detail}. A variable that may be left out needs a default in the text.`
  return { ...place, detail }
}

function checkSize(content: Content, overrides: Overrides): ProblemPlace[] {
  try {
    checkConstantSize(content, overrides)
    return []
  } catch (error) {
    if (error instanceof Problem && error.details.errors) return error.details.errors
    throw error
  }
}

function inTemplate({ pointer, code, detail }: ProblemPlace): ProblemPlace {
  return { pointer: '/template_id', code, detail: `${pointer} of the template: ${detail}` }
}
