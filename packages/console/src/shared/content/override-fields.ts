import type { PushPlatform } from '@carillon/contract'

/** One override as the console offers it: the contract's field, its input, and what it is for. */
export interface OverrideField {
  key: string
  label: string
  kind: 'liquid' | 'text' | 'number' | 'switch' | 'choice' | 'numberChoice' | 'list' | 'numberList' | 'json'
  choices?: readonly string[]
  hint?: string
}

const text = (key: string, label: string, hint?: string): OverrideField => ({
  key,
  label,
  kind: 'text',
  hint,
})
const liquid = (key: string, label: string): OverrideField => ({ key, label, kind: 'liquid' })
const number = (key: string, label: string, hint?: string): OverrideField => ({
  key,
  label,
  kind: 'number',
  hint,
})
const onOff = (key: string, label: string, hint?: string): OverrideField => ({
  key,
  label,
  kind: 'switch',
  hint,
})
const choice = (key: string, label: string, choices: readonly string[], hint?: string): OverrideField => ({
  key,
  label,
  kind: 'choice',
  choices,
  hint,
})
const numberChoice = (
  key: string,
  label: string,
  choices: readonly string[],
  hint?: string,
): OverrideField => ({
  ...choice(key, label, choices, hint),
  kind: 'numberChoice',
})
const list = (key: string, label: string): OverrideField => ({ key, label, kind: 'list' })
const numberList = (key: string, label: string): OverrideField => ({ key, label, kind: 'numberList' })
const json = (key: string, label: string, hint?: string): OverrideField => ({
  key,
  label,
  kind: 'json',
  hint,
})

const pushTypes = [
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
]

/** The fields that people reach for first come first. */
export const overrideFields: Record<PushPlatform, readonly OverrideField[]> = {
  apns: [
    liquid('title', 'Title'),
    liquid('subtitle', 'Subtitle'),
    liquid('body', 'Body'),
    number('badge', 'Badge', '0 removes it'),
    text('sound', 'Sound', '“default”, or a file in the app'),
    choice('interruption_level', 'Interruption level', ['passive', 'active', 'time-sensitive', 'critical']),
    number('relevance_score', 'Relevance', '0 to 1, for the summary'),
    text('thread_id', 'Thread', 'Groups notifications'),
    text('category', 'Category', 'Buttons that the app declared'),
    text('target_content_id', 'Target content id'),
    onOff('mutable_content', 'Let the app change it', 'Runs the service extension'),
    onOff('content_available', 'Wake the app'),
    choice('push_type', 'Push type', pushTypes, 'Left out: worked out from the content'),
    numberChoice('priority', 'Priority', ['10', '5', '1'], '10 at once, 5 saves power'),
    text('collapse_id', 'Collapse id', 'Replaces a shown one'),
    text('launch_image', 'Launch image'),
    text('title_loc_key', 'Title key', 'Translated by the app'),
    list('title_loc_args', 'Title arguments'),
    text('loc_key', 'Body key', 'Translated by the app'),
    list('loc_args', 'Body arguments'),
    text('action_loc_key', 'Action key'),
    json('live_activity', 'Live Activity', 'Merged into aps: event, content-state, timestamp'),
  ],
  fcm: [
    liquid('title', 'Title'),
    liquid('body', 'Body'),
    choice(
      'payload_mode',
      'Shown by',
      ['notification', 'data', 'both'],
      'notification: the system; data: the app',
    ),
    choice('priority', 'Priority', ['high', 'normal']),
    text('channel_id', 'Channel'),
    text('icon', 'Icon'),
    text('color', 'Colour', '#rrggbb'),
    text('sound', 'Sound'),
    text('tag', 'Tag', 'Replaces a shown one'),
    text('click_action', 'Click action'),
    text('collapse_key', 'Collapse key'),
    choice('notification_priority', 'Importance', ['min', 'low', 'default', 'high', 'max']),
    choice('visibility', 'On the lock screen', ['private', 'public', 'secret']),
    number('notification_count', 'Count on the icon'),
    liquid('ticker', 'Ticker'),
    onOff('sticky', 'Stays until dismissed'),
    onOff('local_only', 'Not on paired watches'),
    onOff('direct_boot_ok', 'Before the first unlock'),
    numberList('vibrate_timings_seconds', 'Vibration, in seconds'),
    text('restricted_package_name', 'Only this package'),
    text('title_loc_key', 'Title key', 'Translated by the app'),
    list('title_loc_args', 'Title arguments'),
    text('body_loc_key', 'Body key', 'Translated by the app'),
    list('body_loc_args', 'Body arguments'),
    text('analytics_label', 'Analytics label'),
  ],
  webpush: [
    liquid('title', 'Title'),
    liquid('body', 'Body'),
    liquid('icon', 'Icon address'),
    liquid('badge', 'Badge address'),
    choice('urgency', 'Urgency', ['very-low', 'low', 'normal', 'high']),
    text('tag', 'Tag', 'Replaces a shown one'),
    onOff('renotify', 'Alert again on replacement'),
    onOff('require_interaction', 'Stays until acted on'),
    onOff('silent', 'Without sound'),
    text('topic', 'Topic', 'Replaces one still waiting at the push service'),
    numberList('vibrate_ms', 'Vibration, in milliseconds'),
    choice('dir', 'Text direction', ['auto', 'ltr', 'rtl']),
    text('lang', 'Language'),
  ],
  wns: [
    choice('type', 'Kind', ['toast', 'tile', 'badge', 'raw']),
    liquid('title', 'Title'),
    liquid('body', 'Body'),
    liquid('image', 'Image address'),
    number('badge', 'Badge', '0 to 99'),
    text('screen_name', 'Page that a tap opens'),
    json('params', 'Its parameters'),
    text('sound', 'Sound'),
    choice('duration', 'Duration', ['short', 'long']),
    choice('scenario', 'Scenario', ['default', 'alarm', 'reminder', 'incomingCall', 'urgent']),
    text('tag', 'Tag', 'Replaces a shown one; 16 characters'),
    text('group', 'Group', '16 characters'),
    choice('cache_policy', 'While offline', ['cache', 'no-cache']),
    numberChoice('priority', 'Priority', ['1', '2', '3', '4'], '1 high to 4 very low'),
    liquid('raw', 'Raw payload'),
  ],
}
