import { listTemplates } from '@carillon/contract'
import { Button, Grid, Group, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ChannelSelect } from '../../shared/channels.tsx'
import { CodeTextarea } from '../../shared/code-textarea.tsx'
import { ContentEditor } from '../../shared/content/content-editor.tsx'
import { PreviewPanel, usePreviews } from '../../shared/devices/preview-panel.tsx'
import { openErrors } from '../../shared/experiment/experiment-draft.ts'
import { ExperimentSettings } from '../../shared/experiment/experiment-settings.tsx'
import { VariantTabs } from '../../shared/experiment/variant-tabs.tsx'
import { isObject, parseJson } from '../../shared/json-text.ts'
import { AppSelect, useApps } from '../../shared/pickers.tsx'
import { RulesFields } from '../../shared/rules/rules-fields.tsx'
import { useRead } from '../../shared/server.ts'
import { TimingFields } from '../../shared/timing/timing-fields.tsx'
import type { MessageDraft } from './campaign-draft.ts'
import { isOnCalendar } from './rhythm-draft.ts'
import { RhythmFields } from './rhythm-fields.tsx'

interface MessageEditorProps {
  message: MessageDraft
  errors: Record<string, string>
  onChange: (message: MessageDraft) => void
  onRemove: () => void
}

export function MessageEditor({ message, errors: given, onChange, onRemove }: MessageEditorProps) {
  const errors = openErrors(given, message.experiment)
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
          <ChannelSelect value={message.channel} onChange={(channel) => change({ channel })} />
          <RhythmFields rhythm={message} errors={errors} onChange={change} />
          <TimingFields
            timing={message.timing}
            paceOnly={message.repeatLocal && isOnCalendar(message)}
            errors={errors}
            onChange={(timing) => change({ timing })}
          />
          <VariantTabs draft={message} onChange={change} errors={errors} />
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
              key={message.experiment?.open}
              channel={message.channel}
              draft={message}
              onChange={change}
              errors={errors}
              language={language}
              onLanguage={setLanguage}
            />
          )}
          {message.experiment && (
            <ExperimentSettings
              experiment={message.experiment}
              errors={errors}
              onChange={(experiment) => change({ experiment })}
            />
          )}
          <RulesFields rules={message.rules} errors={errors} onChange={(rules) => change({ rules })} />
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

function MessagePreview({ message, language }: { message: MessageDraft; language: string | null }) {
  const [userId, setUserId] = useState<string>()
  const app = (useApps().data?.data ?? []).find(({ id }) => id === message.appId)
  const { value, fault } = parseJson(message.variables)
  const previews = usePreviews(
    {
      ...(message.templateId ? { template_id: message.templateId } : { content: message.content }),
      overrides: { ...message.experiment?.common, ...message.overrides },
      ...(isObject(value) ? { variables: value as Record<string, never> } : {}),
      channel: message.channel,
      app_id: message.appId,
      user_id: userId,
      ...(language ? { locale: language } : {}),
    },
    !fault,
  )
  return (
    <PreviewPanel
      channel={message.channel}
      previews={previews}
      app={app}
      userId={userId}
      onUser={setUserId}
    />
  )
}
