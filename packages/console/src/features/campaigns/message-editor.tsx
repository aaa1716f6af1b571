import { listTemplates, repeatUnits } from '@carillon/contract'
import { Button, Grid, Group, NumberInput, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { CodeTextarea } from '../../shared/code-textarea.tsx'
import { ContentEditor } from '../../shared/content/content-editor.tsx'
import { PreviewPanel, usePreviews } from '../../shared/devices/preview-panel.tsx'
import { words } from '../../shared/format.ts'
import { isObject, parseJson } from '../../shared/json-text.ts'
import { AppSelect, useApps } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import type { MessageDraft } from './campaign-draft.ts'

interface MessageEditorProps {
  message: MessageDraft
  errors: Record<string, string>
  onChange: (message: MessageDraft) => void
  onRemove: () => void
}

export function MessageEditor({ message, errors, onChange, onRemove }: MessageEditorProps) {
  const [language, setLanguage] = useState<string | null>(null)
  const templates = useRead(listTemplates, { query: { limit: 200 } }).data?.data ?? []
  const change = (part: Partial<MessageDraft>) => onChange({ ...message, ...part })
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          <Group grow align="flex-start">
            <TextInput
              label="Name"
              maxLength={255}
              value={message.name}
              error={errors.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <AppSelect
              allowDeselect={false}
              value={message.appId}
              error={errors.app_id}
              onChange={(appId) => change({ appId })}
            />
          </Group>
          <Rhythm message={message} error={errors['repeat.every']} onChange={change} />
          {templates.length > 0 && (
            <Select
              label="Template"
              description="Each run takes its newest version"
              placeholder="Write it here"
              clearable
              searchable
              data={templates.map(({ id, name }) => ({ value: id, label: name }))}
              value={message.templateId ?? null}
              error={errors.template_id}
              onChange={(templateId) => change({ templateId: templateId ?? undefined })}
            />
          )}
          {!message.templateId && (
            <ContentEditor
              draft={message}
              onChange={change}
              errors={errors}
              language={language}
              onLanguage={setLanguage}
            />
          )}
          <CodeTextarea
            label="Variables"
            description="JSON for {{ variables.… }}, the same for everybody"
            minRows={2}
            value={message.variables}
            error={parseJson(message.variables).fault ?? errors.variables}
            onChange={(event) => change({ variables: event.currentTarget.value })}
          />
          <Group>
            <Button variant="default" onClick={onRemove}>
              Remove this message
            </Button>
          </Group>
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <MessagePreview message={message} language={language} />
      </Grid.Col>
    </Grid>
  )
}

interface RhythmProps {
  message: MessageDraft
  error: string | undefined
  onChange: (part: Partial<MessageDraft>) => void
}

function Rhythm({ message: { repeat, repeatEvery }, error, onChange }: RhythmProps) {
  return (
    <Group grow align="flex-start">
      <Select
        label="Repeat"
        description="Counted from the start of the campaign"
        allowDeselect={false}
        data={[
          { value: 'none', label: 'Each person once' },
          ...repeatUnits.map((value) => ({ value, label: `Every so many ${words(value).toLowerCase()}` })),
        ]}
        value={repeat}
        onChange={(unit) => unit && onChange({ repeat: unit as MessageDraft['repeat'] })}
      />
      {repeat !== 'none' && (
        <NumberInput
          label={words(repeat)}
          description="From one round to the next"
          min={1}
          max={1_000}
          allowDecimal={false}
          value={repeatEvery}
          error={error}
          onChange={(every) => onChange({ repeatEvery: Number(every) || 1 })}
        />
      )}
    </Group>
  )
}

function MessagePreview({ message, language }: { message: MessageDraft; language: string | null }) {
  const [userId, setUserId] = useState<string>()
  const app = (useApps().data?.data ?? []).find(({ id }) => id === message.appId)
  const { value, fault } = parseJson(message.variables)
  const previews = usePreviews(
    {
      ...(message.templateId ? { template_id: message.templateId } : { content: message.content }),
      overrides: message.overrides,
      ...(isObject(value) ? { variables: value as Record<string, never> } : {}),
      app_id: message.appId,
      user_id: userId,
      ...(language ? { locale: language } : {}),
    },
    !fault,
  )
  return <PreviewPanel previews={previews} app={app} userId={userId} onUser={setUserId} />
}
