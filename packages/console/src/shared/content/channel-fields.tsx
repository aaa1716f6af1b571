import type { Channel, Overrides } from '@carillon/contract'
import { Stack, Switch, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { type ContentDraft, textsOf, withTexts } from './content-editing.ts'
import { DataFields } from './data-fields.tsx'
import { EmailFields } from './email-fields.tsx'
import { OverridePanel } from './override-panel.tsx'
import { PassFields } from './pass-fields.tsx'
import { SmsFields } from './sms-fields.tsx'
import { TextFields } from './text-fields.tsx'

export interface ChannelFieldsProps {
  draft: ContentDraft
  onChange: (draft: ContentDraft) => void
  /** Sentences by field, as `content.title` or `overrides.email.html`. */
  errors: Record<string, string>
  /** The language whose tab is open. */
  language: string | null
}

/** What is written for each channel, in one language. */
export const channelFields: Record<Channel, (props: ChannelFieldsProps) => ReactNode> = {
  push: PushFields,
  email: EmailFields,
  sms: SmsFields,
  pass: PassFields,
}

function PushFields({ draft, onChange, errors, language }: ChannelFieldsProps) {
  const { content, overrides } = draft
  const setContent = (next: ContentDraft['content']) => onChange({ content: next, overrides })
  const setOverrides = (next: Overrides) => onChange({ content, overrides: next })
  return (
    <Stack>
      <TextFields
        key={language}
        texts={textsOf(content, language)}
        fallback={language === null ? undefined : textsOf(content, null)}
        onChange={(change) => setContent(withTexts(content, language, change))}
        error={(field) => errors[`${pathOf(language)}.${field}`]}
      />
      <DataFields
        data={content.data}
        onChange={(data) => setContent({ ...content, data })}
        error={errors['content.data']}
      />
      <Switch
        label="Silent"
        description="Wakes the app without showing anything; iOS and Android only."
        checked={content.silent ?? false}
        onChange={(event) => setContent({ ...content, silent: event.currentTarget.checked || undefined })}
      />
      <Text fw={500}>Differently per platform</Text>
      <OverridePanel overrides={overrides} onChange={setOverrides} errors={errors} />
    </Stack>
  )
}

export function pathOf(language: string | null): string {
  return language === null ? 'content' : `content.locales.${language}`
}
