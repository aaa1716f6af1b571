import type { BodyInputOf, createMessage, Experiment, ExperimentPlan, WinnerRule } from '@carillon/contract'
import { type ContentDraft, emptyDraft } from '../content/content-editing.ts'

/** What is written of one variant. */
interface VariantTexts extends ContentDraft {
  /** Sends the template as it is saved instead of the content written here. */
  templateId: string | undefined
}

export interface VariantDraft extends VariantTexts {
  name: string
  weight: number
}

export interface ExperimentDraft {
  variants: VariantDraft[]
  /** The variant that is being written: its texts are those of the draft around it, not those kept here. */
  open: number
  controlPercent: number
  winner: WinnerRule | null
  /** Overrides below those of every variant; only the API gives them. */
  common: ContentDraft['overrides']
}

/** A message while it is written: one text, or several of which one is open. */
export interface VariedDraft extends VariantTexts {
  experiment?: ExperimentDraft
}

export const maxVariants = 8

export const usualRule: WinnerRule = {
  metric: 'opened',
  after_minutes: 60,
  test_percent: 20,
  minimum_sent: 30,
  require_confidence: false,
}

const letter = (place: number) => String.fromCharCode(65 + place)

/** Two variants that begin with what is written. */
export function startExperiment(draft: VariedDraft): VariedDraft {
  const variants = [0, 1].map((place) => ({ ...textsOf(draft), name: letter(place), weight: 1 }))
  return { ...textsOf(draft), experiment: { variants, open: 0, controlPercent: 0, winner: null, common: {} } }
}

/** The open variant alone stays. */
export function endExperiment(draft: VariedDraft): VariedDraft {
  return { ...textsOf(draft), experiment: undefined }
}

/** All variants, as they are written by now. */
export function variantsOf({ experiment, ...texts }: VariedDraft): VariantDraft[] {
  if (!experiment) return []
  return experiment.variants.map((variant, place) =>
    place === experiment.open ? { ...variant, ...textsOf(texts) } : variant,
  )
}

export function openVariant(draft: VariedDraft, place: number): VariedDraft {
  const variants = variantsOf(draft)
  const next = variants[place]
  if (!draft.experiment || !next) return draft
  return { ...textsOf(next), experiment: { ...draft.experiment, variants, open: place } }
}

/** A further variant, which begins as a copy of the open one. */
export function addVariant(draft: VariedDraft): VariedDraft {
  const variants = variantsOf(draft)
  if (!draft.experiment || variants.length >= maxVariants) return draft
  const names = new Set(variants.map(({ name }) => name))
  const name = Array.from({ length: maxVariants + 1 }, (_, i) => letter(i)).find((each) => !names.has(each))
  const added = { ...textsOf(draft), name: name ?? letter(variants.length), weight: 1 }
  const open = variants.length
  return { ...textsOf(added), experiment: { ...draft.experiment, variants: [...variants, added], open } }
}

/** Takes the open variant away; an experiment has two at least. */
export function removeVariant(draft: VariedDraft): VariedDraft {
  const { experiment } = draft
  if (!experiment || experiment.variants.length <= 2) return draft
  const variants = variantsOf(draft).filter((_, place) => place !== experiment.open)
  const open = Math.min(experiment.open, variants.length - 1)
  const next = variants[open]
  return next ? { ...textsOf(next), experiment: { ...experiment, variants, open } } : draft
}

/** Changes name or weight of the open variant. */
export function changeOpenVariant(
  experiment: ExperimentDraft,
  change: Partial<Pick<VariantDraft, 'name' | 'weight'>>,
): ExperimentDraft {
  const variants = experiment.variants.map((variant, place) =>
    place === experiment.open ? { ...variant, ...change } : variant,
  )
  return { ...experiment, variants }
}

type ExperimentBody = NonNullable<BodyInputOf<typeof createMessage>['experiment']>

/** The experiment as the API takes it. */
export function toExperiment(draft: VariedDraft): ExperimentBody | undefined {
  const { experiment } = draft
  if (!experiment) return undefined
  return {
    variants: variantsOf(draft).map(({ name, weight, templateId, content, overrides }) => ({
      name: name.trim(),
      weight,
      ...(templateId ? { template_id: templateId } : { content }),
      ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
    })),
    control_percent: experiment.controlPercent,
    ...(experiment.winner ? { winner: experiment.winner } : {}),
  }
}

/** What was saved or sent, to go on with; its first variant is open. `common` are overrides of all variants. */
export function experimentDraftOf(
  saved: Experiment | ExperimentPlan | null,
  common: ContentDraft['overrides'] = {},
): (VariantTexts & { experiment: ExperimentDraft }) | null {
  if (!saved) return null
  const variants = saved.variants.map(({ name, weight, template_id, content, overrides }) => ({
    name,
    weight,
    templateId: template_id ?? undefined,
    content: content ?? emptyDraft.content,
    overrides: overrides ?? {},
  }))
  const [first] = variants
  if (!first) return null
  const { control_percent: controlPercent, winner = null } = saved
  return { ...textsOf(first), experiment: { variants, open: 0, controlPercent, winner, common } }
}

/** What the message says beside its variants. */
export function besideVariants({ common }: ExperimentDraft): { overrides?: ContentDraft['overrides'] } {
  return Object.keys(common).length > 0 ? { overrides: common } : {}
}

/** What the page can tell is wrong by itself. */
export function missingInExperiment(
  draft: VariedDraft,
  isWritten: (texts: ContentDraft) => boolean | undefined,
): string[] {
  const variants = variantsOf(draft)
  const names = variants.map(({ name }) => name.trim())
  return [
    ...(names.some((name) => name === '') ? ['Give each variant a name.'] : []),
    ...(new Set(names).size < names.length ? ['Two variants have the same name.'] : []),
    ...variants.flatMap((variant, place) =>
      place === draft.experiment?.open || variant.templateId || isWritten(variant)
        ? []
        : [`Variant ${variant.name}: write it, or pick a template.`],
    ),
  ]
}

/** The server's sentences for the open variant, named as if it were the whole message. */
export function openErrors(
  errors: Record<string, string>,
  experiment: ExperimentDraft | undefined,
): Record<string, string> {
  if (!experiment) return errors
  const prefix = `experiment.variants.${experiment.open}.`
  const own = Object.entries(errors).flatMap(([field, sentence]) =>
    field.startsWith(prefix) ? [[field.slice(prefix.length), sentence]] : [],
  )
  return { ...errors, ...Object.fromEntries(own) }
}

/** What becomes of a hundred people, in percent. */
export function sharesOf({ variants, controlPercent, winner }: ExperimentDraft) {
  const others = 100 - controlPercent
  const tested = winner ? (others * winner.test_percent) / 100 : others
  const total = variants.reduce((sum, { weight }) => sum + weight, 0)
  return {
    control: controlPercent,
    waiting: others - tested,
    variants: variants.map(({ name, weight }) => ({ name, percent: (tested * weight) / total })),
  }
}

/** A template brings overrides of its own; what was copied from one stays with the variant. */
function textsOf({ content, overrides, templateId }: VariantTexts): VariantTexts {
  return { content, overrides, templateId }
}
