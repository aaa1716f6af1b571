import {
  type App,
  type Channel,
  channelOfPlatform,
  channelPlatforms,
  type Estimate,
  type Platform,
  type Preview,
} from '@carillon/contract'
import type { ContentDraft } from '../../shared/content/content-editing.ts'
import { missingInExperiment } from '../../shared/experiment/experiment-draft.ts'
import { count } from '../../shared/format.ts'
import { parseJson } from '../../shared/json-text.ts'
import { platformNames } from '../../shared/platforms.tsx'
import { hasPassedEverywhere } from '../../shared/timing/timing-words.ts'
import { type ComposeDraft, toAudience } from './compose-draft.ts'
import { zonedInstant } from './zoned-time.ts'

/** Something to know before launching; an `error` blocks it. */
export interface Finding {
  severity: 'error' | 'warning'
  section: 1 | 2 | 3
  sentence: string
}

export interface Circumstances {
  app: App | undefined
  /** Devices that will be targeted, as far as known. */
  expected: number | null
  reachable: Estimate['reachable'] | null
  previews: readonly Preview[]
  nowMs: number
}

/** The checklist of the review, worst first. */
export function checkDraft(draft: ComposeDraft, circumstances: Circumstances): Finding[] {
  const findings = [
    ...checkAudience(draft, circumstances),
    ...checkContent(draft, circumstances),
    ...checkDelivery(draft, circumstances),
  ]
  return findings.sort((a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'))
}

function checkAudience(draft: ComposeDraft, { app, expected, reachable }: Circumstances): Finding[] {
  const findings: Finding[] = []
  const say = (severity: Finding['severity'], sentence: string) =>
    findings.push({ severity, section: 1, sentence })
  if (!app) say('error', 'Pick the app that sends.')
  if (app?.status === 'unpublished') say('error', `${app.name} is not published; only published apps send.`)
  if (!toAudience(draft.audience)) say('error', 'Name somebody to send to.')
  if (expected === 0) say('warning', 'Nobody can be reached now: no device would get this.')
  if (app && reachable) {
    for (const platform of channelPlatforms[draft.channel]) {
      if (reachable[platform] > 0 && !app.credentials.includes(platform)) {
        const { name } = platformNames[platform]
        say(
          'warning',
          `${app.name} has no credential for ${name}: ${count(reachable[platform])} devices are left out.`,
        )
      }
    }
  }
  return findings
}

function checkContent(draft: ComposeDraft, { app, previews }: Circumstances): Finding[] {
  const findings: Finding[] = []
  const say = (severity: Finding['severity'], sentence: string) =>
    findings.push({ severity, section: 2, sentence })
  const { overrides, templateId, variables } = draft
  const isWritten = (texts: ContentDraft) => texts.content.silent || isWrittenFor(draft.channel, texts)
  if (!templateId && !isWritten(draft)) say('error', 'Write something to send.')
  for (const sentence of missingInExperiment(draft, isWritten)) say('error', sentence)
  if (parseJson(variables).fault) say('error', 'The variables are not valid JSON.')
  // Without a text no platform can be built, which is said already.
  const wanted = findings.some(({ severity }) => severity === 'error')
    ? []
    : previews.filter(
        ({ platform }) => app?.credentials.includes(platform) && overrides[platform]?.enabled !== false,
      )
  const failing = wanted.filter(({ ok }) => !ok)
  for (const { platform, problem } of failing) {
    const severity = failing.length === wanted.length ? 'error' : 'warning'
    say(severity, `${platformNames[platform].name}: ${problem?.detail ?? 'cannot be sent'}`)
  }
  return findings
}

function isWrittenFor(channel: Channel, { content, overrides }: ContentDraft): boolean {
  const own = Object.entries(overrides).flatMap(([platform, texts]) =>
    channelOfPlatform(platform as Platform) === channel ? [texts] : [],
  )
  return [content, ...own].some((texts) => hasText(texts))
}

/** Any of the fields that hold texts. */
function hasText(texts: Record<string, unknown>): boolean {
  return ['title', 'body', 'subject', 'html', 'mjml', 'text', 'kind'].some((field) => Boolean(texts[field]))
}

function checkDelivery({ delivery }: ComposeDraft, { nowMs }: Circumstances): Finding[] {
  const findings: Finding[] = []
  const say = (severity: Finding['severity'], sentence: string) =>
    findings.push({ severity, section: 3, sentence })
  const { turn, localAt } = delivery.timing
  const isLocal = turn === 'local_time'
  const isLater = delivery.when === 'later' && !isLocal
  const start = isLater ? zonedInstant(delivery.at, delivery.zone) : new Date(nowMs)
  if (isLocal && !zonedInstant(localAt, 'UTC'))
    say('error', 'Say what people’s clocks show when they get it.')
  else if (isLocal && hasPassedEverywhere(localAt, new Date(nowMs)))
    say('error', 'The time has passed wherever people may be.')
  if (!start) say('error', 'Say when it starts.')
  else if (start.getTime() < nowMs) say('error', 'The start lies in the past.')
  if (delivery.expiry === 'at') {
    const expires = zonedInstant(delivery.expiresAt, delivery.zone)
    if (!expires) say('error', 'Say when it expires.')
    else if (start && expires <= start) say('error', 'It would expire before it starts.')
  }
  if (delivery.expiry === 'after' && delivery.ttlHours > 672) say('error', 'It may live for 28 days at most.')
  if (delivery.dryRun) say('warning', 'A dry run: everything is done but the calls to the providers.')
  return findings
}
