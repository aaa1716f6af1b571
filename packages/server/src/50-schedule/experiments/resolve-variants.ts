import type { Content, Experiment, ExperimentPlan, MessageCreate, Overrides } from '@carillon/contract'
import { fieldProblem, Problem } from '../../00-kernel/index.ts'

type Single = Pick<MessageCreate, 'content' | 'template_id' | 'overrides'>

interface Resolved {
  content: Content
  overrides: Overrides
  version: number | null
}

/**
 * The variants of a message with their texts found and checked by `resolve`, as its content is. Throws Problem with
 * the place in the variant.
 */
export async function resolveVariants(
  { content, template_id, overrides = {} }: Single,
  experiment: Experiment,
  resolve: (single: Single) => Promise<Resolved>,
): Promise<ExperimentPlan> {
  for (const [field, given] of Object.entries({ content, template_id }))
    if (given !== undefined)
      throw fieldProblem(
        'invalid_request',
        `/${field}`,
        'Its variants have the content; leave this out.',
        'experiment',
      )
  const variants: ExperimentPlan['variants'] = []
  for (const [i, variant] of experiment.variants.entries()) {
    const found = await within(i, () =>
      resolve({ ...variant, overrides: { ...overrides, ...variant.overrides } }),
    )
    const { name, weight } = variant
    variants.push({
      name,
      weight,
      content: found.content,
      overrides: found.overrides,
      template_id: variant.template_id ?? null,
      template_version: found.version,
    })
  }
  return { ...experiment, variants }
}

async function within<T>(i: number, resolve: () => Promise<T>): Promise<T> {
  try {
    return await resolve()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { errors, ...details } = error.details
    const moved = errors?.map((each) => ({ ...each, pointer: `/experiment/variants/${i}${each.pointer}` }))
    throw new Problem(error.code, { ...details, errors: moved })
  }
}
