import { listTemplates } from '@carillon/contract'
import { Select, Stack } from '@mantine/core'
import { CodeTextarea } from '../../shared/code-textarea.tsx'
import { ContentEditor } from '../../shared/content/content-editor.tsx'
import { TemplateInUse } from '../../shared/content/template-in-use.tsx'
import { openErrors } from '../../shared/experiment/experiment-draft.ts'
import { ExperimentSettings } from '../../shared/experiment/experiment-settings.tsx'
import { VariantTabs } from '../../shared/experiment/variant-tabs.tsx'
import { parseJson } from '../../shared/json-text.ts'
import { useRead } from '../../shared/server.ts'
import type { ComposeDraft } from './compose-draft.ts'

interface MessageSectionProps {
  draft: ComposeDraft
  onChange: (change: Partial<ComposeDraft>) => void
  errors: Record<string, string>
  language: string | null
  onLanguage: (language: string | null) => void
}

export function MessageSection(given: MessageSectionProps) {
  const props = { ...given, errors: openErrors(given.errors, given.draft.experiment) }
  const { draft, onChange, errors } = props
  const templates = useRead(listTemplates, { query: { limit: 200 } }).data?.data ?? []
  return (
    <Stack>
      <VariantTabs draft={draft} onChange={onChange} errors={errors} />
      {templates.length > 0 && (
        <Select
          label="Template"
          placeholder="Write it here"
          clearable
          searchable
          data={templates.map(({ id, name, version }) => ({
            value: id,
            label: `${name} (version ${version})`,
          }))}
          value={draft.templateId ?? null}
          error={errors.template_id}
          onChange={(templateId) => onChange({ templateId: templateId ?? undefined })}
        />
      )}
      {draft.templateId ? (
        <TemplateInUse
          templateId={draft.templateId}
          title="The template is sent as it is saved"
          onCopy={(copy) => onChange({ ...copy, templateId: undefined })}
        />
      ) : (
        <WrittenHere {...props} />
      )}
      {draft.experiment && (
        <ExperimentSettings
          experiment={draft.experiment}
          errors={errors}
          onChange={(experiment) => onChange({ experiment })}
        />
      )}
      <CodeTextarea
        label="Variables"
        description="JSON for {{ variables.… }}, the same for everybody"
        placeholder={'{"code": "SPRING"}'}
        minRows={2}
        value={draft.variables}
        error={parseJson(draft.variables).fault ?? errors.variables}
        onChange={(event) => onChange({ variables: event.currentTarget.value })}
      />
    </Stack>
  )
}

function WrittenHere({ draft, onChange, errors, language, onLanguage }: MessageSectionProps) {
  return (
    <ContentEditor
      key={draft.experiment?.open}
      channel={draft.channel}
      draft={draft}
      onChange={onChange}
      errors={errors}
      language={language}
      onLanguage={onLanguage}
    />
  )
}
