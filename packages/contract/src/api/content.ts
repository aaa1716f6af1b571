import { z } from 'zod'
import { EmailOverrides } from './content-email.ts'
import { SmsOverrides } from './content-sms.ts'
import { WalletOverrides } from './content-wallet.ts'
import { JsonValue, Locale } from './shared.ts'

/** A Liquid template over `user`, `app`, `message` and `variables`. */
const Liquid = z.string().max(20_000)
const Url = Liquid.max(2_048)

export const Button = z.strictObject({
  /** Comes back as `action_id` when pressed. */
  id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  title: Liquid.min(1).max(200),
  url: Url.optional(),
})
export type Button = z.infer<typeof Button>

const texts = {
  title: Liquid.optional(),
  body: Liquid.optional(),
  image: Url.optional(),
  action_url: Url.optional(),
  buttons: z.array(Button).max(4).optional(),
}

export const LocaleContent = z.strictObject(texts)

/** Keys that the providers or we keep for ourselves. */
export const reservedDataKey =
  /^(aps|carillon.*|from|message_type|gcm.*|google.*|notification|collapse_key)$/i

const Data = z
  .record(z.string().min(1).max(100), JsonValue)
  .refine((data) => !Object.keys(data).some((key) => reservedDataKey.test(key)), {
    message:
      'uses a reserved key: aps, carillon*, from, message_type, gcm*, google*, notification, collapse_key',
  })

export const Content = z.strictObject({
  ...texts,
  /** Custom entries: top-level keys on APNs, `data` on FCM and Web Push. Strings may be Liquid. */
  data: Data.optional(),
  /** Wakes the app without showing anything; iOS and Android only. */
  silent: z.boolean().optional(),
  /** The language of the texts above; others stand in `locales`. */
  default_locale: Locale.optional(),
  locales: z.record(Locale, LocaleContent).optional(),
})
export type Content = z.infer<typeof Content>

export const ApnsOverrides = z.strictObject({
  enabled: z.boolean().optional(),
  push_type: z
    .enum([
      'alert',
      'background',
      'voip',
      'liveactivity',
      'location',
      'complication',
      'fileprovider',
      'pushtotalk',
      'widgets',
      'controls',
    ])
    .optional(),
  title: Liquid.optional(),
  subtitle: Liquid.optional(),
  body: Liquid.optional(),
  title_loc_key: z.string().max(200).optional(),
  title_loc_args: z.array(Liquid.max(1000)).max(20).optional(),
  loc_key: z.string().max(200).optional(),
  loc_args: z.array(Liquid.max(1000)).max(20).optional(),
  action_loc_key: z.string().max(200).optional(),
  launch_image: z.string().max(200).optional(),
  /** 0 removes the badge; absent leaves it as it is. */
  badge: z.number().int().min(0).max(99_999).optional(),
  sound: z
    .union([
      z.string().max(200),
      z.strictObject({
        name: z.string().max(200),
        critical: z.boolean().optional(),
        volume: z.number().min(0).max(1).optional(),
      }),
    ])
    .optional(),
  category: z.string().max(200).optional(),
  thread_id: z.string().max(200).optional(),
  target_content_id: z.string().max(200).optional(),
  interruption_level: z.enum(['passive', 'active', 'time-sensitive', 'critical']).optional(),
  relevance_score: z.number().min(0).max(1).optional(),
  content_available: z.boolean().optional(),
  mutable_content: z.boolean().optional(),
  priority: z.union([z.literal(1), z.literal(5), z.literal(10)]).optional(),
  collapse_id: z.string().max(64).optional(),
  /** Live Activities: merged into `aps` as they stand (event, content-state, timestamp, …). */
  live_activity: z.record(z.string(), JsonValue).optional(),
})
export type ApnsOverrides = z.infer<typeof ApnsOverrides>

export const FcmOverrides = z.strictObject({
  enabled: z.boolean().optional(),
  /** `notification` is shown by the system, `data` goes to the app alone, `both` copies the texts into data. */
  payload_mode: z.enum(['notification', 'data', 'both']).optional(),
  title: Liquid.optional(),
  body: Liquid.optional(),
  collapse_key: z.string().max(64).optional(),
  priority: z.enum(['normal', 'high']).optional(),
  restricted_package_name: z.string().max(200).optional(),
  direct_boot_ok: z.boolean().optional(),
  channel_id: z.string().max(200).optional(),
  icon: z.string().max(200).optional(),
  color: z
    .string()
    .regex(/^#[0-9a-fA-F]{6}$/)
    .optional(),
  sound: z.string().max(200).optional(),
  tag: z.string().max(200).optional(),
  click_action: z.string().max(200).optional(),
  title_loc_key: z.string().max(200).optional(),
  title_loc_args: z.array(Liquid.max(1000)).max(20).optional(),
  body_loc_key: z.string().max(200).optional(),
  body_loc_args: z.array(Liquid.max(1000)).max(20).optional(),
  ticker: Liquid.max(1000).optional(),
  sticky: z.boolean().optional(),
  local_only: z.boolean().optional(),
  notification_priority: z.enum(['min', 'low', 'default', 'high', 'max']).optional(),
  visibility: z.enum(['private', 'public', 'secret']).optional(),
  notification_count: z.number().int().min(0).optional(),
  vibrate_timings_seconds: z.array(z.number().min(0).max(60)).max(20).optional(),
  analytics_label: z
    .string()
    .regex(/^[A-Za-z0-9-_.~%]{1,50}$/)
    .optional(),
})
export type FcmOverrides = z.infer<typeof FcmOverrides>

export const WebPushOverrides = z.strictObject({
  enabled: z.boolean().optional(),
  title: Liquid.optional(),
  body: Liquid.optional(),
  icon: Url.optional(),
  badge: Url.optional(),
  tag: z.string().max(200).optional(),
  renotify: z.boolean().optional(),
  require_interaction: z.boolean().optional(),
  silent: z.boolean().optional(),
  urgency: z.enum(['very-low', 'low', 'normal', 'high']).optional(),
  topic: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/)
    .optional(),
  vibrate_ms: z.array(z.number().int().min(0).max(10_000)).max(20).optional(),
  dir: z.enum(['auto', 'ltr', 'rtl']).optional(),
  lang: Locale.optional(),
})
export type WebPushOverrides = z.infer<typeof WebPushOverrides>

export const WnsOverrides = z.strictObject({
  enabled: z.boolean().optional(),
  type: z.enum(['toast', 'tile', 'badge', 'raw']).optional(),
  title: Liquid.optional(),
  body: Liquid.optional(),
  /** A number 0 to 99 or one of the glyph names. */
  badge: z
    .union([
      z.number().int().min(0).max(99),
      z.enum([
        'none',
        'activity',
        'alert',
        'alarm',
        'available',
        'away',
        'busy',
        'newMessage',
        'paused',
        'playing',
        'unavailable',
        'error',
        'attention',
      ]),
    ])
    .optional(),
  image: Url.optional(),
  /** The page of the app that a tap opens, and its parameters. */
  screen_name: z.string().max(200).optional(),
  params: z.record(z.string(), z.string()).optional(),
  sound: z.string().max(200).optional(),
  duration: z.enum(['short', 'long']).optional(),
  scenario: z.enum(['default', 'alarm', 'reminder', 'incomingCall', 'urgent']).optional(),
  tag: z.string().max(16).optional(),
  group: z.string().max(16).optional(),
  cache_policy: z.enum(['cache', 'no-cache']).optional(),
  priority: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).optional(),
  /** Replaces the built payload of a `raw` notification. */
  raw: Liquid.optional(),
})
export type WnsOverrides = z.infer<typeof WnsOverrides>

export const Overrides = z.strictObject({
  apns: ApnsOverrides.optional(),
  fcm: FcmOverrides.optional(),
  webpush: WebPushOverrides.optional(),
  wns: WnsOverrides.optional(),
  email: EmailOverrides.optional(),
  sms: SmsOverrides.optional(),
  wallet: WalletOverrides.optional(),
})
export type Overrides = z.infer<typeof Overrides>
