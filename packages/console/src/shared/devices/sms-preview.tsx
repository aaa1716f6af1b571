import { type Preview, splitSms } from '@carillon/contract'
import { Stack, Text } from '@mantine/core'
import { describeSegments } from '../content/sms-text.ts'
import classes from './sms-preview.module.css'

/** A text on a phone, and what it costs there: segments are counted for this very person. */
export function SmsPreview({ preview: { payload, body, headers } }: { preview: Preview }) {
  const text = typeof payload === 'string' ? payload : (body ?? '').trim()
  return (
    <Stack gap="xs">
      <div className={classes.screen} aria-live="polite">
        {headers.from && (
          <Text size="xs" c="dimmed" ta="center">
            {headers.from}
          </Text>
        )}
        {text ? <div className={classes.bubble}>{text}</div> : <Text c="dimmed">Nothing to read yet.</Text>}
      </div>
      <Text size="xs" c="dimmed">
        {describeSegments(splitSms(text))}
      </Text>
    </Stack>
  )
}
