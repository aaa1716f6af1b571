import type { Channel } from '@carillon/contract'
import { Stack } from '@mantine/core'
import { type ChannelFieldsProps, channelFields } from './channel-fields.tsx'
import { withLanguagesOf, withOwnLanguages } from './content-editing.ts'
import { LanguageTabs } from './language-tabs.tsx'

interface ContentEditorProps extends ChannelFieldsProps {
  channel: Channel
  onLanguage: (language: string | null) => void
}

/** Texts in every language, and what the channel has of its own; the preview follows the language. */
export function ContentEditor({ channel, onLanguage, ...fields }: ContentEditorProps) {
  const { draft, onChange, language } = fields
  const Fields = channelFields[channel]
  return (
    <Stack>
      <LanguageTabs
        content={withOwnLanguages(draft)}
        language={language}
        onLanguage={onLanguage}
        onChange={(content) => onChange(withLanguagesOf(draft, content))}
      />
      <Fields {...fields} />
    </Stack>
  )
}
