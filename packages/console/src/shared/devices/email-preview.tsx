import type { Preview } from '@carillon/contract'
import { Group, Paper, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconPaperclip } from '@tabler/icons-react'
import { useState } from 'react'
import { bytes } from '../format.ts'
import { EmailFrame } from './email-frame.tsx'

interface EmailPayload {
  html?: string
  text?: string
  from_name?: string
  attachments?: { filename: string; size_bytes: number }[]
}

/** What the server would hand over, opened. */
export function EmailPreview({ preview: { title, payload, headers } }: { preview: Preview }) {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return null
  const { html, text = '', from_name, attachments = [] } = payload as EmailPayload
  return (
    <Stack gap="xs">
      <Paper withBorder p="sm">
        {from_name && <Text size="sm">{from_name}</Text>}
        <Text fw={600}>{title}</Text>
        {headers['reply-to'] && (
          <Text size="sm" c="dimmed">
            Answers go to {headers['reply-to']}
          </Text>
        )}
      </Paper>
      <EmailBody html={html ?? null} text={text} />
      {attachments.map(({ filename, size_bytes }) => (
        <Group key={filename} gap={5}>
          <IconPaperclip size={15} aria-hidden />
          <Text size="sm">{filename}</Text>
          <Text size="sm" c="dimmed">
            {bytes(size_bytes)}
          </Text>
        </Group>
      ))}
    </Stack>
  )
}

/** Both parts of an email; the text alone where there is no HTML. */
export function EmailBody({ html, text }: { html: string | null; text: string }) {
  const [part, setPart] = useState<'html' | 'text'>('html')
  return (
    <Stack gap="xs">
      {html !== null && (
        <SegmentedControl
          size="xs"
          aria-label="Part of the email"
          value={part}
          onChange={setPart}
          data={[
            { value: 'html', label: 'HTML' },
            { value: 'text', label: 'Text' },
          ]}
        />
      )}
      {html !== null && part === 'html' ? (
        <EmailFrame html={html} title="The email" />
      ) : (
        <Paper withBorder p="sm">
          <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{text}</Text>
        </Paper>
      )}
    </Stack>
  )
}
