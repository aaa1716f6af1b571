import type { BodyInputOf, Channel, createTemplate } from '@carillon/contract'
import { Box, Button, Grid, Group, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { ChannelSelect, firstChannelOf } from '../../shared/channels.tsx'
import type { ContentDraft } from '../../shared/content/content-editing.ts'
import { ContentEditor } from '../../shared/content/content-editor.tsx'
import { PreviewPanel, usePreviews } from '../../shared/devices/preview-panel.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { Section } from '../../shared/page.tsx'
import { AppSelect, useApps } from '../../shared/pickers.tsx'
import { useCan } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

type TemplateBody = BodyInputOf<typeof createTemplate>

interface TemplateEditorProps {
  first: { name: string } & ContentDraft
  saving: boolean
  failure: Error | null
  onSave: (template: TemplateBody) => void
}

export function TemplateEditor({ first, saving, failure, onSave }: TemplateEditorProps) {
  const [name, setName] = useState(first.name)
  const [draft, setDraft] = useState<ContentDraft>({ content: first.content, overrides: first.overrides })
  const [language, setLanguage] = useState<string | null>(null)
  const [channel, setChannel] = useState<Channel>(() => firstChannelOf(first.overrides))
  const mayWrite = useCan('templates:write')
  const errors = fieldErrors(failure)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSave({ name, ...draft })
  }
  return (
    <form onSubmit={submit}>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Section>
            <Stack>
              <TextInput
                label="Name"
                required
                value={name}
                error={errors.name}
                onChange={(event) => setName(event.currentTarget.value)}
              />
              <ChannelSelect label="Write it for" value={channel} onChange={setChannel} />
              <ContentEditor
                channel={channel}
                draft={draft}
                onChange={setDraft}
                errors={errors}
                language={language}
                onLanguage={setLanguage}
              />
              <FormFailure error={failure} fields={['name']} />
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
            <TemplatePreview channel={channel} draft={draft} language={language} />
          </Box>
        </Grid.Col>
      </Grid>
    </form>
  )
}

interface TemplatePreviewProps {
  channel: Channel
  draft: ContentDraft
  language: string | null
}

function TemplatePreview({ channel, draft, language }: TemplatePreviewProps) {
  const [appId, setAppId] = useState<string>()
  const [userId, setUserId] = useState<string>()
  const apps = useApps().data?.data ?? []
  const app = apps.find(({ id }) => id === appId) ?? apps[0]
  const previews = usePreviews({
    ...draft,
    channel,
    app_id: app?.id,
    user_id: userId,
    ...(language ? { locale: language } : {}),
  })
  return (
    <Section
      title="Preview"
      actions={
        apps.length > 1 && <AppSelect label="" aria-label="App" w={150} value={app?.id} onChange={setAppId} />
      }
    >
      <PreviewPanel channel={channel} previews={previews} app={app} userId={userId} onUser={setUserId} />
    </Section>
  )
}
