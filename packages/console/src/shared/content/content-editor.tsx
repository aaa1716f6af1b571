import type { Content } from '@carillon/contract'
import { Stack, Switch, Text } from '@mantine/core'
import { type ContentDraft, textsOf, withTexts } from './content-editing.ts'
import { DataFields } from './data-fields.tsx'
import { LanguageTabs } from './language-tabs.tsx'
import { OverridePanel } from './override-panel.tsx'
import { TextFields } from './text-fields.tsx'

interface ContentEditorProps {
  draft: ContentDraft
  onChange: (draft: ContentDraft) => void
  /** Sentences by field, as `content.title` or `overrides.apns.badge`. */
  errors: Record<string, string>
  /** The language whose tab is open; the preview follows it. */
  language: string | null
  onLanguage: (language: string | null) => void
}

/** Texts in every language, data for the app, and what single platforms get differently. */
export function ContentEditor({ draft, onChange, errors, language, onLanguage }: ContentEditorProps) {
  const { content, overrides } = draft
  const setContent = (next: Content) => onChange({ content: next, overrides })
  const path = language === null ? 'content' : `content.locales.${language}`
  return (
    <Stack>
      <LanguageTabs content={content} language={language} onLanguage={onLanguage} onChange={setContent} />
      <TextFields
        key={language}
        texts={textsOf(content, language)}
        fallback={language === null ? undefined : textsOf(content, null)}
        onChange={(change) => setContent(withTexts(content, language, change))}
        error={(field) => errors[`${path}.${field}`]}
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
      <OverridePanel
        overrides={overrides}
        onChange={(next) => onChange({ content, overrides: next })}
        errors={errors}
      />
    </Stack>
  )
}
