import { reportKinds } from '../email/mail-report.ts'
import { actTypes } from '../phones/notification.ts'
import { environments, faultKinds, platforms, providers, scenarios } from '../words.ts'
import { number, oneOf, optional, text, textOrNumber, texts, truth, whole } from './read-input.ts'

const DAY_MS = 86_400_000

export const deviceRequest = {
  platform: oneOf(platforms),
  app: optional(text),
  environment: optional(oneOf(environments)),
  scenario: optional(oneOf(scenarios)),
  count: optional(whole(1, 100_000)),
  name: optional(text),
  kind: optional(oneOf(['token', 'fid'])),
  slow_ms: optional(whole(0, DAY_MS)),
  invalid_since: optional(textOrNumber),
}

export const faultInput = {
  provider: oneOf(providers),
  fault: oneOf(faultKinds),
  status: optional(whole(200, 599)),
  reason: optional(text),
  retry_after: optional(whole(0, 86_400)),
  delay_ms: optional(whole(0, DAY_MS)),
  share: optional(number(0, 1)),
  times: optional(whole(1, 1_000_000_000)),
}

export const apnsAccountInput = {
  bundle_ids: optional(texts),
  team_id: optional(text),
  key_id: optional(text),
  environment: optional(oneOf(environments)),
  token_update_seconds: optional(whole(0, 86_400)),
}

export const fcmAccountInput = { project_id: text }
export const wnsAccountInput = { client_id: text }
export const actInput = { type: oneOf(actTypes), action_id: optional(text) }
export const walletInput = {
  name: text,
  scenario: optional(oneOf(['ok', 'unregistered', 'unavailable', 'throttled', 'bad_token'])),
}
export const passLinkInput = { url: text }
export const answerInput = { text }
export const recordInput = { on: truth }
export const reportInput = { kind: oneOf(reportKinds) }
