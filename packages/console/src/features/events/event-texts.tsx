import { type Channel, listTemplates } from '@carillon/contract'
import { Select, Stack } from '@mantine/core'
import type { ContentDraft } from '../../shared/content/content-editing.ts'
import { ContentEditor } from '../../shared/content/content-editor.tsx'
import { TemplateInUse } from '../../shared/content/template-in-use.tsx'
import { VariableMarkingContext } from '../../shared/content/variable-marking.ts'
import { useRead } from '../../shared/server.ts'
import { type EventDraft, exampleText, nameFor } from './event-draft.ts'

type Change = (change: (draft: EventDraft) => EventDraft) => void

interface EventTextsProps {
  channel: Channel
  draft: EventDraft
  onChange: Change
  errors: Record<string, string>
  language: string | null
  onLanguage: (language: string | null) => void
}

/** Texts of its own, in which a selection can be made a variable, or those of a template. */
export function EventTexts({ channel, draft, onChange, errors, language, onLanguage }: EventTextsProps) {
  const templates = useRead(listTemplates, { query: { limit: 200 } }).data?.data ?? []
  const names = draft.variables.map(({ name }) => name)
  const mark = (example: string) => {
    const name = nameFor(example, names)
    const variable = { name, example: exampleText(example), required: true }
    onChange((now) => ({ ...now, variables: [...now.variables, variable] }))
    return name
  }
  const setTexts = ({ content, overrides }: ContentDraft) =>
    onChange((now) => ({ ...now, content, overrides }))
  return (
    <Stack>
      {(templates.length > 0 || draft.templateId) && (
        <Select
          label="Template"
          placeholder="Write it here"
          clearable
          searchable
          data={templates.map(({ id, name }) => ({ value: id, label: name }))}
          value={draft.templateId ?? null}
          error={errors.template_id}
          onChange={(templateId) => onChange((now) => ({ ...now, templateId: templateId ?? undefined }))}
        />
      )}
      {draft.templateId ? (
        <TemplateInUse
          templateId={draft.templateId}
          title="Each invocation sends the template's newest version"
          onCopy={(copy) => onChange((now) => ({ ...now, ...copy, templateId: undefined }))}
        />
      ) : (
        <VariableMarkingContext value={{ names, mark }}>
          <ContentEditor
            channel={channel}
            draft={draft}
            onChange={setTexts}
            errors={errors}
            language={language}
            onLanguage={onLanguage}
          />
        </VariableMarkingContext>
      )}
    </Stack>
  )
}
