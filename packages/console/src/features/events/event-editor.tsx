import type { Channel } from '@carillon/contract'
import { Box, Button, Grid, Group, NumberInput, SimpleGrid, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { ChannelSelect } from '../../shared/channels.tsx'
import { PreviewPanel, usePreviews } from '../../shared/devices/preview-panel.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { Section } from '../../shared/page.tsx'
import { AppSelect, useApps } from '../../shared/pickers.tsx'
import { useCan } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { EventChannels } from './event-channels.tsx'
import { type EventDraft, examplesOf, fieldsOf, variablesOf } from './event-draft.ts'
import { EventTexts } from './event-texts.tsx'
import { TypeField } from './event-types.tsx'
import { VariableRows } from './variable-rows.tsx'

interface EventEditorProps {
  first: EventDraft
  saving: boolean
  failure: Error | null
  onSave: (fields: ReturnType<typeof fieldsOf>) => void
}

export function EventEditor({ first, saving, failure, onSave }: EventEditorProps) {
  const [draft, setDraft] = useState(first)
  const [language, setLanguage] = useState<string | null>(null)
  const [picked, setChannel] = useState<Channel>()
  const channel = picked && draft.channels.includes(picked) ? picked : (draft.channels[0] ?? 'push')
  const apps = useApps().data?.data ?? []
  const app = apps.find(({ id }) => id === draft.appId) ?? (apps.length === 1 ? apps[0] : undefined)
  const mayWrite = useCan('events:write')
  const errors = fieldErrors(failure)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSave(fieldsOf({ ...draft, appId: app?.id }))
  }
  return (
    <form onSubmit={submit}>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Section>
            <Stack>
              <About draft={{ ...draft, appId: app?.id }} onChange={setDraft} errors={errors} />
              <EventChannels
                draft={draft}
                onChange={(change) => setDraft({ ...draft, ...change })}
                errors={errors}
              />
              <VariableRows draft={draft} onChange={setDraft} errors={errors} />
              {draft.channels.length > 1 && (
                <ChannelSelect label="Texts for" of={draft.channels} value={channel} onChange={setChannel} />
              )}
              <EventTexts
                channel={channel}
                draft={draft}
                onChange={setDraft}
                errors={errors}
                language={language}
                onLanguage={setLanguage}
              />
              <FormFailure error={failure} fields={['name', 'type', 'app_id', 'ttl_seconds']} />
              <Group>
                <Button type="submit" loading={saving} disabled={!mayWrite}>
                  Save
                </Button>
              </Group>
            </Stack>
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Box pos="sticky" top={68}>
            <EventPreview channel={channel} draft={draft} app={app} language={language} />
          </Box>
        </Grid.Col>
      </Grid>
    </form>
  )
}

interface AboutProps {
  draft: EventDraft
  onChange: (draft: EventDraft) => void
  errors: Record<string, string>
}

function About({ draft, onChange, errors }: AboutProps) {
  const set = (change: Partial<EventDraft>) => onChange({ ...draft, ...change })
  return (
    <>
      <TextInput
        label="Name"
        placeholder="Order shipped"
        required
        maxLength={255}
        value={draft.name}
        error={errors.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        autosize
        minRows={1}
        maxLength={2_000}
        value={draft.description}
        error={errors.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        <AppSelect
          required
          allowDeselect={false}
          description="Whose devices get it"
          value={draft.appId}
          error={errors.app_id}
          onChange={(appId) => set({ appId })}
        />
        <TypeField value={draft.type} error={errors.type} onChange={(type) => set({ type })} />
        <NumberInput
          label="Useful for, in seconds"
          description="Not sent after that"
          placeholder="As in settings"
          min={0}
          max={2_419_200}
          allowDecimal={false}
          value={draft.ttlSeconds ?? ''}
          error={errors.ttl_seconds}
          onChange={(value) => set({ ttlSeconds: value === '' ? undefined : Number(value) })}
        />
      </SimpleGrid>
    </>
  )
}

interface EventPreviewProps {
  channel: Channel
  draft: EventDraft
  app: { id: string; name: string; icon: string | null } | undefined
  language: string | null
}

/** With the examples as values. */
function EventPreview({ channel, draft, app, language }: EventPreviewProps) {
  const [userId, setUserId] = useState<string>()
  const previews = usePreviews({
    ...(draft.templateId ? { template_id: draft.templateId } : { content: draft.content }),
    overrides: draft.overrides,
    variables: examplesOf(variablesOf(draft)),
    channel,
    app_id: app?.id,
    user_id: userId,
    ...(language ? { locale: language } : {}),
  })
  return (
    <Section title="Preview">
      <PreviewPanel channel={channel} previews={previews} app={app} userId={userId} onUser={setUserId} />
    </Section>
  )
}
