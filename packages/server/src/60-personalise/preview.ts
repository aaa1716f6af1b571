import {
  type Channel,
  type Content,
  channelPlatforms,
  type Overrides,
  type Platform,
  type Preview,
  type ProblemPlace,
} from '@carillon/contract'
import type { DeliveryOptions, WirePayload } from '../11-channels/channel.ts'
import {
  buildPayload,
  type CompiledContent,
  checkContent,
  compileContent,
  type Person,
  type Surroundings,
  samplePerson,
} from '../40-content/rendering/index.ts'
import { personalise, type Recipient, wantedLocale } from './personalise.ts'

export interface PreviewInput {
  content: Content
  overrides?: Overrides
  variables?: Surroundings['variables']
  app?: Surroundings['app']
  channel: Channel
  /** What the MJML in the overrides could not be made of. */
  unmade?: readonly ProblemPlace[]
  /** Null shows it to somebody who has whatever the content asks for. */
  user: Person | null
  /** The language to show; null takes the person's. */
  locale: string | null
  now: Date
}

export interface PreviewAnswer {
  previews: Preview[]
  /** Everything that sending would refuse, in all languages and for all platforms. */
  problems: ProblemPlace[]
}

/** What each platform of the channel would get, by the code that sends. Pure: the answer depends on the input alone. */
export function previewContent(input: PreviewInput): PreviewAnswer {
  const { content, overrides = {}, variables = {}, channel, locale, unmade = [] } = input
  const problems = [...unmade, ...checkContent(content, overrides, variables)]
  const compiled = compileContent(content, overrides)
  const user = input.user ?? samplePerson(content, overrides, locale)
  const recipient = {
    app: input.app ?? { id: noId, name: 'Your app' },
    message: { id: noId, metadata: {} },
    variables,
    passUrl: samplePassUrl,
    target: { locale, user_id: user.id, user },
  }
  const options = {
    ...optionsAt(input.now),
    ...(channel === 'email' && { unsubscribeUrl: sampleUnsubscribeUrl }),
  }
  const previews = channelPlatforms[channel].map((platform) => {
    const preview = previewPlatform(compiled, { ...recipient, platform }, options)
    return withProblem(
      preview,
      problems.find((problem) => concerns(problem, platform)),
    )
  })
  return { previews, problems }
}

const noId = '00000000-0000-7000-8000-000000000000'
const ttlSeconds = 86_400
const samplePassUrl = 'https://example.com/p/preview'
const sampleUnsubscribeUrl = 'https://example.com/u/preview'

function optionsAt(now: Date): DeliveryOptions {
  const expiresAtSeconds = Math.floor(now.getTime() / 1000) + ttlSeconds
  return {
    deliveryId: '00000000-0000-8000-8000-000000000000',
    ttlSeconds,
    expiresAtSeconds,
    priority: 'high',
  }
}

function previewPlatform(compiled: CompiledContent, recipient: Recipient, options: DeliveryOptions): Preview {
  const { platform, target } = recipient
  const made = personalise(compiled, recipient, options)
  return {
    platform,
    ok: !('excluded' in made),
    title: made.rendered?.email?.subject ?? made.rendered?.title ?? null,
    body: made.rendered?.body ?? null,
    image: made.rendered?.image ?? null,
    locale: compiled.variantFor(platform, wantedLocale(target)).locale,
    headers: made.wire?.headers ?? {},
    payload: made.wire ? payloadOf(made.wire) : null,
    size_bytes: made.wire?.sizeBytes ?? 0,
    limit_bytes: made.wire?.limitBytes ?? limitOf(platform, options),
    problem: 'excluded' in made ? made.place : null,
  }
}

/** JSON as JSON, so that it can be shown in lines; Windows' XML as text. */
function payloadOf({ body }: WirePayload): Preview['payload'] {
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** The limit of a payload that could not be built is that of the smallest one. */
function limitOf(platform: Platform, options: DeliveryOptions): number {
  const wire = buildPayload[platform]({ title: '.', buttons: [], data: {}, silent: false }, options)
  return 'unbuildable' in wire ? 0 : wire.limitBytes
}

function concerns({ pointer }: ProblemPlace, platform: Platform): boolean {
  return !pointer.startsWith('/overrides/') || pointer.startsWith(`/overrides/${platform}/`)
}

/** What is wrong for this person comes before what is wrong for all. */
function withProblem(preview: Preview, problem: ProblemPlace | undefined): Preview {
  if (!problem || preview.problem) return preview
  return { ...preview, ok: false, problem: { pointer: problem.pointer, detail: problem.detail } }
}
