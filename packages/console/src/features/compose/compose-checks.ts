import type { App, Estimate, Preview } from '@carillon/contract'
import { count } from '../../shared/format.ts'
import { parseJson } from '../../shared/json-text.ts'
import { platformNames } from '../../shared/platforms.tsx'
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
    for (const platform of ['apns', 'fcm', 'webpush', 'wns'] as const) {
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
  const { content, overrides, templateId, variables } = draft
  const ownTexts = [content, ...Object.values(overrides)].some(
    (texts) => texts && (texts.title || texts.body),
  )
  if (!templateId && !content.silent && !ownTexts) say('error', 'Write a title or a body.')
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

function checkDelivery({ delivery }: ComposeDraft, { nowMs }: Circumstances): Finding[] {
  const findings: Finding[] = []
  const say = (severity: Finding['severity'], sentence: string) =>
    findings.push({ severity, section: 3, sentence })
  const start = delivery.when === 'later' ? zonedInstant(delivery.at, delivery.zone) : new Date(nowMs)
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
