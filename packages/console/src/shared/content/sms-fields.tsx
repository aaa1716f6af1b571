import { Stack, Switch, Text, TextInput } from '@mantine/core'
import type { ChannelFieldsProps } from './channel-fields.tsx'
import { textsOf, withOverride, withTexts } from './content-editing.ts'
import { LiquidField } from './liquid-field.tsx'
import { countAsWritten, describeSegments, ownSmsText, withOwnSmsText } from './sms-text.ts'

/** A text message: the body that all channels share, or one of its own, counted while it is written. */
export function SmsFields({ draft, onChange, errors, language }: ChannelFieldsProps) {
  const { content, overrides } = draft
  const own = ownSmsText(draft, language)
  const shared = textsOf(content, language).body
  const fallback = language === null ? undefined : (ownSmsText(draft, null) ?? textsOf(content, null).body)
  const shown = own ?? shared ?? ''
  const setText = (body: string) =>
    onChange(
      own === undefined
        ? { content: withTexts(content, language, { body }), overrides }
        : withOwnSmsText(draft, language, body),
    )
  const place = language === null ? '' : `.locales.${language}`
  return (
    <Stack key={language}>
      <LiquidField
        label="Text"
        rows={5}
        placeholder={fallback}
        value={shown}
        error={errors[own === undefined ? `content${place}.body` : `overrides.sms${place}.body`]}
        onChange={setText}
      />
      <SegmentCount text={shown} />
      <Switch
        label="A text for SMS alone"
        description="Otherwise it is the body that a template or event has for all its channels"
        checked={own !== undefined}
        onChange={(event) =>
          onChange(withOwnSmsText(draft, language, event.currentTarget.checked ? (shared ?? '') : undefined))
        }
      />
      <TextInput
        label="Sender"
        description="A number of your account, a short code or a name of up to 11 characters; empty: the one of the app’s account"
        value={overrides.sms?.from ?? ''}
        error={errors['overrides.sms.from']}
        onChange={(event) =>
          onChange({
            content,
            overrides: withOverride(overrides, 'sms', 'from', event.currentTarget.value || undefined),
          })
        }
      />
    </Stack>
  )
}

/** One character outside GSM’s alphabet more than halves what fits into a segment: better seen at once. */
function SegmentCount({ text }: { text: string }) {
  const counted = countAsWritten(text)
  return (
    <Text size="xs" c={counted && counted.parts.length > 1 ? undefined : 'dimmed'} mt={-8} aria-live="polite">
      {counted ? describeSegments(counted) : 'Counted in the preview: its length depends on the person.'}
    </Text>
  )
}
