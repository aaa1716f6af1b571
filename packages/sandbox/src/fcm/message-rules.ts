import type { Rule } from './rules.ts'
import {
  count,
  duration,
  flag,
  listOf,
  matching,
  message,
  number,
  oneOf,
  struct,
  text,
  texts,
} from './rules.ts'

/** Four weeks. */
const MAX_TTL_SECONDS = 2_419_200

const analyticsLabel = matching(/^[\w.~%-]{1,50}$/, 'a label of 1 to 50 characters of [a-zA-Z0-9-_.~%]')

const reservedKey = (key: string) =>
  key === 'from' || key === 'message_type' || /^(google|gcm)/.test(key)
    ? `Invalid data payload key: ${key}`
    : undefined

const color = message({ red: number, green: number, blue: number, alpha: number })

const androidNotification = message({
  title: text,
  body: text,
  icon: text,
  color: matching(/^#[0-9a-f]{6}$/i, 'a color as #rrggbb'),
  sound: text,
  tag: text,
  click_action: text,
  body_loc_key: text,
  body_loc_args: listOf(text),
  title_loc_key: text,
  title_loc_args: listOf(text),
  channel_id: text,
  ticker: text,
  sticky: flag,
  event_time: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/, 'an RFC 3339 time'),
  local_only: flag,
  notification_priority: oneOf(
    ...['UNSPECIFIED', 'MIN', 'LOW', 'DEFAULT', 'HIGH', 'MAX'].map((level) => `PRIORITY_${level}`),
  ),
  default_sound: flag,
  default_vibrate_timings: flag,
  default_light_settings: flag,
  vibrate_timings: listOf(duration(MAX_TTL_SECONDS)),
  visibility: oneOf('VISIBILITY_UNSPECIFIED', 'PRIVATE', 'PUBLIC', 'SECRET'),
  notification_count: count,
  light_settings: message({
    color,
    light_on_duration: duration(MAX_TTL_SECONDS),
    light_off_duration: duration(MAX_TTL_SECONDS),
  }),
  image: text,
  bypass_proxy_notification: flag,
  proxy: oneOf('PROXY_UNSPECIFIED', 'ALLOW', 'DENY', 'IF_PRIORITY_LOWERED'),
})

const android = message({
  collapse_key: text,
  priority: oneOf('NORMAL', 'HIGH'),
  ttl: duration(MAX_TTL_SECONDS),
  restricted_package_name: text,
  data: texts(reservedKey),
  notification: androidNotification,
  fcm_options: message({ analytics_label: analyticsLabel }),
  direct_boot_ok: flag,
  bandwidth_constrained_ok: flag,
  restricted_satellite_ok: flag,
})

const webpush = message({
  headers: texts(),
  data: texts(),
  notification: struct,
  fcm_options: message({ link: matching(/^https:\/\//, 'an https link'), analytics_label: analyticsLabel }),
})

const apns = message({
  headers: texts(),
  payload: struct,
  live_activity_token: text,
  fcm_options: message({ analytics_label: analyticsLabel, image: text }),
})

/** The body of messages:send, from the discovery document of 2026-03 with `fid` added. */
export const sendRequest: Rule = message({
  validate_only: flag,
  message: message({
    name: text,
    token: text,
    fid: text,
    topic: matching(/^[\w.~%-]+$/, 'a topic name without a prefix'),
    condition: matching(/'[\w.~%-]+' in topics/, "a condition such as 'TopicA' in topics"),
    data: texts(reservedKey),
    notification: message({ title: text, body: text, image: text }),
    android,
    webpush,
    apns,
    fcm_options: message({ analytics_label: analyticsLabel }),
  }),
})
