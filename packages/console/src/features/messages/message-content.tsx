import {
  type Audience,
  type Content,
  getApp,
  type Message,
  type MessageTiming,
  type Overrides,
} from '@carillon/contract'
import { Grid, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { channelNames } from '../../shared/channels.tsx'
import { Copyable, JsonBlock } from '../../shared/copyable.tsx'
import { PreviewPanel, usePreviews } from '../../shared/devices/preview-panel.tsx'
import { counted, moment, words } from '../../shared/format.ts'
import { isObject } from '../../shared/json-text.ts'
import { TextLink } from '../../shared/links.tsx'
import { Facts, Section } from '../../shared/page.tsx'
import { useSegmentChoices } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import { timingDraftOf } from '../../shared/timing/timing-draft.ts'
import { describeTiming } from '../../shared/timing/timing-words.ts'

export function MessageContent({ message }: { message: Message }) {
  const app = useRead(getApp, { params: { id: message.app_id } }).data
  const [userId, setUserId] = useState<string>()
  const previews = usePreviews({
    ...(message.content
      ? { content: message.content as Content }
      : { template_id: message.template_id ?? undefined }),
    overrides: (message.overrides as Overrides | null) ?? {},
    ...(isObject(message.variables) ? { variables: message.variables as Record<string, never> } : {}),
    channel: message.channel,
    app_id: message.app_id,
    user_id: userId,
  })
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Stack>
          <Section title="Send">
            <Facts facts={sendFacts(message, app?.name)} />
          </Section>
          {message.experiment ? (
            <Section title="Variants" description="The preview shows the first one.">
              <JsonBlock value={message.experiment.variants} label="Copy the variants" />
            </Section>
          ) : (
            <Section title="Content">
              <JsonBlock value={message.content} label="Copy the content" />
            </Section>
          )}
          {!message.experiment &&
            isObject(message.overrides) &&
            Object.keys(message.overrides).length > 0 && (
              <Section title="Differently per platform">
                <JsonBlock value={message.overrides} label="Copy the overrides" />
              </Section>
            )}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Section title="Preview">
          <PreviewPanel
            channel={message.channel}
            previews={previews}
            app={app}
            userId={userId}
            onUser={setUserId}
          />
        </Section>
      </Grid.Col>
    </Grid>
  )
}

function timingText(message: Message): string {
  const timing = timingDraftOf(message.delivery as MessageTiming | null, message.pace_per_minute)
  const startAt = new Date(message.start_at)
  // What has passed had passed when it was accepted.
  return describeTiming(timing, {
    startAt,
    expected: message.counts.targeted,
    now: new Date(message.created_at),
  }).join(' ')
}

function sendFacts(message: Message, appName: string | undefined) {
  return [
    ['Audience', <AudienceText key="to" to={message.to as Audience} />],
    [
      'App',
      <TextLink key="app" to="/apps/$appId" params={{ appId: message.app_id }}>
        {appName ?? message.app_id}
      </TextLink>,
    ],
    [
      'Template',
      message.template_id && (
        <TextLink
          key="template"
          to="/templates/$templateId"
          params={{ templateId: message.template_id }}
          search={{ version: String(message.template_version ?? '') }}
        >
          Version {message.template_version}
        </TextLink>
      ),
    ],
    ['Channel', channelNames[message.channel].name],
    ['Category', words(message.category)],
    ['Topic', message.topic],
    ['Tags', message.tags.length > 0 ? message.tags.join(', ') : null],
    ['Priority', words(message.priority)],
    ['Collapse id', message.collapse_id],
    ['Created', moment(message.created_at)],
    ['Starts', moment(message.start_at)],
    ['Expires', moment(message.expires_at)],
    ['Timing', timingText(message)],
    ['Next due', message.next_due_at && moment(message.next_due_at)],
    [
      'Variables',
      isObject(message.variables) && (
        <JsonBlock key="v" value={message.variables} label="Copy the variables" />
      ),
    ],
    ['Message id', <Copyable key="id" value={message.id} label="Copy the message id" />],
    ...Object.entries(message.metadata),
  ] as const
}

function AudienceText({ to }: { to: Audience }) {
  const names = new Map(useSegmentChoices().map(({ value, label }) => [value, label]))
  const segments = (ids: readonly string[]) => ids.map((id) => names.get(id) ?? id).join(', ')
  return (
    <Text>
      {familyText(to, segments)}
      {to.exclude_segment_ids?.length ? `, but not in ${segments(to.exclude_segment_ids)}` : ''}
    </Text>
  )
}

function familyText(to: Audience, segments: (ids: readonly string[]) => string): string {
  if (to.all) return 'Everybody who has the app'
  if (to.user_ids) return counted(to.user_ids.length, 'picked user')
  if (to.addresses) return counted(to.addresses.length, 'typed address')
  if (to.subscription_ids) return counted(to.subscription_ids.length, 'picked device')
  if (!to.users_by) return `In ${segments(to.segment_ids ?? [])}`
  const { attribute, values } = to.users_by
  const more = values.length > 5 ? ` and ${values.length - 5} more` : ''
  return `${attribute} is one of ${values.slice(0, 5).join(', ')}${more}`
}
