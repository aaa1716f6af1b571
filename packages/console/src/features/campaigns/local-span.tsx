import type { CalendarEntry } from '@carillon/contract'
import { Stack, Text, Tooltip } from '@mantine/core'
import { moment } from '../../shared/format.ts'

type Dates = Pick<CalendarEntry, 'start_local' | 'end_local' | 'start_at' | 'end_at' | 'zone'>

/** From and to by the wall clock of the campaign's zone; here and now on demand. */
export function LocalSpan({ of: { start_local, end_local, start_at, end_at, zone } }: { of: Dates }) {
  return (
    <Tooltip label={`${moment(start_at)} to ${moment(end_at)} here`}>
      <Stack gap={0}>
        <Text>
          <Clock local={start_local} /> – <Clock local={end_local} />
        </Text>
        <Text c="dimmed" size="xs">
          {zone}
        </Text>
      </Stack>
    </Tooltip>
  )
}

function Clock({ local }: { local: string }) {
  return <span style={{ whiteSpace: 'nowrap' }}>{local.replace('T', ' ')}</span>
}
