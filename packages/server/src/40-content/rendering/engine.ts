import { Context, Drop, type Emitter, evalToken, ForTag, Liquid, TypeGuards } from 'liquidjs'
import { htmlFilters, mustShowInHtml } from './html-values.ts'
import { rememberDates } from './remember-dates.ts'
import { MissingValue, mustShow, strictFilter } from './strict-values.ts'

/**
 * What all texts of one person may cost together: a unit is a character made, an element made, or a twentieth
 * of a node rendered. Counted, not timed, so that a busy machine excludes nobody. About 50 ms at the most.
 */
const maxWork = 1_000_000
const workPerNode = 20

/** Only for what the count does not see. */
const renderLimitMs = 1_000

/** Other files do not exist here, and table rows are HTML. */
const refusedTags = ['include', 'render', 'layout', 'block', 'tablerow']

/** `sample` would show another text at a second attempt; the others run text as code. */
const refusedFilters = [
  'sample',
  'where_exp',
  'reject_exp',
  'group_by_exp',
  'has_exp',
  'find_exp',
  'find_index_exp',
]

/**
 * LiquidJS' own strictness would also refuse `default: user.other`, and let `assign` turn a missing value into
 * a blank; so variables are lenient and every place that uses a value is strict instead. In HTML every output is
 * escaped besides.
 */
export function createEngine({ isHtml = false } = {}): Liquid {
  const engine = new Liquid({
    strictFilters: true,
    ownPropertyOnly: true,
    templates: {},
    memoryLimit: maxWork,
    renderLimit: renderLimitMs,
    // The host's zone and language must not show.
    timezoneOffset: 0,
    locale: 'en-US',
    outputEscape: isHtml ? mustShowInHtml : mustShow,
  })
  for (const name of refusedTags) delete engine.tags[name]
  for (const name of refusedFilters) engine.unregisterFilter(name)
  engine.registerFilter('date', rememberDates(engine.filters.date))
  if (isHtml) for (const [name, filter] of Object.entries(htmlFilters)) engine.registerFilter(name, filter)
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (name !== 'default') engine.registerFilter(name, strictFilter(filter))
  }
  engine.registerTag('for', StrictFor)
  countWork(engine)
  return engine
}

/**
 * Where names are looked up. Liquid answers `.size` for any object; to us a person without a `size` attribute
 * has none. Texts, lists and drops keep theirs.
 */
export class StrictContext extends Context {
  override readProperty(...[object, key]: Parameters<Context['readProperty']>): unknown {
    const isPlain = typeof object === 'object' && !Array.isArray(object) && !(object instanceof Drop)
    if (key === 'size' && object && isPlain && !Object.hasOwn(object, key)) return undefined
    return super.readProperty(object, key)
  }
}

/** A loop over nothing known is an error, unless it has an `else`. */
class StrictFor extends ForTag {
  override *render(context: Context, emitter: Emitter): ReturnType<ForTag['render']> {
    const { collection, elseTemplates } = this
    const sources = TypeGuards.isRangeToken(collection) ? [collection.lhs, collection.rhs] : [collection]
    for (const source of elseTemplates.length > 0 ? [] : sources) {
      const value: unknown = yield evalToken(source, context)
      if (value === undefined || value === null) throw new MissingValue()
    }
    return yield* super.render(context, emitter)
  }
}

/** Bounds loops, and what they write: each pass over a block costs its nodes and its length in the source. */
function countWork({ renderer }: Liquid): void {
  const render = renderer.renderTemplates.bind(renderer)
  renderer.renderTemplates = (templates, context, emitter) => {
    const length = (templates.at(-1)?.token.end ?? 0) - (templates[0]?.token.begin ?? 0)
    context.memoryLimit.use(templates.length * workPerNode + length)
    return render(templates, context, emitter)
  }
}
