import {
  type BodyInputOf,
  type Channel,
  type Preview,
  type PushPlatform,
  previewContent,
} from '@carillon/contract'
import {
  Alert,
  Box,
  Group,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  useComputedColorScheme,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import { JsonBlock } from '../copyable.tsx'
import { describeFailure } from '../failure.ts'
import { UserSelect } from '../pickers.tsx'
import { isPushPlatform, PlatformLabel, pushPlatformChoices } from '../platforms.tsx'
import { useRead } from '../server.ts'
import { SkeletonRows } from '../states.tsx'
import { ByteMeters } from './byte-meters.tsx'
import { channelPreview } from './channel-preview.tsx'
import { DeviceFrame } from './device-frame.tsx'
import { NotificationCard } from './notification-card.tsx'

type PreviewBody = BodyInputOf<typeof previewContent>

/** Long enough to skip the keys of one word, short enough to feel live. */
const settleMs = 150

export function usePreviews(body: PreviewBody, enabled = true) {
  const [settled] = useDebouncedValue(body, settleMs)
  return useRead(previewContent, { body: settled }, { enabled, keepLast: true })
}

interface PreviewPanelProps {
  channel: Channel
  previews: ReturnType<typeof usePreviews>
  app: { name: string; icon: string | null } | undefined
  userId: string | undefined
  onUser: (userId: string | undefined) => void
}

/** Drawn from what the server would really send, rendered by the code that sends. */
export function PreviewPanel({ channel, previews, app, userId, onUser }: PreviewPanelProps) {
  const [platform, setPlatform] = useState<PushPlatform>('apns')
  const [view, setView] = useState<'device' | 'payload'>('device')
  const all = previews.data?.previews ?? []
  const preview = channel === 'push' ? all.find((each) => each.platform === platform) : all[0]
  const Shown = channel === 'push' ? null : channelPreview[channel]
  return (
    <Stack gap="sm">
      {channel === 'push' && (
        <SegmentedControl
          fullWidth
          aria-label="Device"
          value={platform}
          onChange={setPlatform}
          data={pushPlatformChoices.map(({ value }) => ({
            value,
            label: <PlatformLabel platform={value} />,
          }))}
        />
      )}
      <Group justify="space-between" gap="xs">
        <UserSelect
          aria-label="Preview as"
          placeholder="Preview as somebody"
          value={userId}
          onChange={onUser}
          flex={1}
          miw={150}
        />
        <SegmentedControl
          aria-label="View"
          value={view}
          onChange={setView}
          data={[
            { value: 'device', label: channel === 'push' ? 'Device' : 'Shown' },
            { value: 'payload', label: 'Payload' },
          ]}
        />
      </Group>
      <PreviewFailure error={previews.error} />
      {!preview && previews.isPending && <SkeletonRows />}
      {preview && view === 'device' && Shown && <Shown preview={preview} />}
      {preview && view === 'device' && !Shown && <DevicePreview preview={preview} all={all} app={app} />}
      {preview && view === 'payload' && <PayloadPreview preview={preview} />}
      {preview && !preview.ok && (
        <Alert color="red" title="This cannot be sent as it is">
          {preview.problem?.detail}
        </Alert>
      )}
      <ByteMeters previews={all} />
    </Stack>
  )
}

function PreviewFailure({ error }: { error: Error | null }) {
  if (!error) return null
  const { title, places } = describeFailure(error)
  return (
    <Alert color="red" title={title}>
      {places.map(({ pointer, detail }) => (
        <Text key={pointer}>{detail}</Text>
      ))}
    </Alert>
  )
}

interface DevicePreviewProps {
  preview: Preview
  all: readonly Preview[]
  app: PreviewPanelProps['app']
}

function DevicePreview({ preview, all, app }: DevicePreviewProps) {
  const pageScheme = useComputedColorScheme('light')
  const [dark, setDark] = useState(pageScheme === 'dark')
  const [expanded, setExpanded] = useState(false)
  const { platform, title, body, image } = preview
  if (!isPushPlatform(platform)) return null
  const isPhone = platform === 'apns' || platform === 'fcm'
  return (
    <Stack gap="xs">
      <Group justify="flex-end" gap="md">
        {isPhone && (
          <Switch
            label="Expanded"
            checked={expanded}
            onChange={(event) => setExpanded(event.currentTarget.checked)}
          />
        )}
        <Switch label="Dark" checked={dark} onChange={(event) => setDark(event.currentTarget.checked)} />
      </Group>
      <Box aria-live="polite">
        <DeviceFrame platform={platform} scheme={dark ? 'dark' : 'light'}>
          <NotificationCard
            platform={platform}
            shown={{ title, body, image, buttons: renderedButtons(all) }}
            appName={app?.name ?? 'Your app'}
            icon={app?.icon}
            expanded={expanded}
          />
        </DeviceFrame>
      </Box>
    </Stack>
  )
}

/** Buttons look alike everywhere; the Web Push payload carries them rendered, as `actions`. */
function renderedButtons(previews: readonly Preview[]) {
  const web = previews.find(({ platform }) => platform === 'webpush')?.payload
  const actions = web && typeof web === 'object' && !Array.isArray(web) ? web.actions : undefined
  if (!Array.isArray(actions)) return []
  return actions.flatMap((action) =>
    action && typeof action === 'object' && 'title' in action
      ? [{ id: String(action.action ?? action.title), title: String(action.title) }]
      : [],
  )
}

function PayloadPreview({ preview }: { preview: Preview }) {
  return (
    <Stack gap="xs">
      <Text fw={500}>Headers</Text>
      <JsonBlock value={preview.headers} label="Copy the headers" maxHeight={160} />
      <Text fw={500}>Body</Text>
      <JsonBlock value={preview.payload} label="Copy the body" maxHeight={360} />
    </Stack>
  )
}
