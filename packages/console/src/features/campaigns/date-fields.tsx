import { zonedInstant } from '@carillon/contract'
import { SimpleGrid, Text, TextInput } from '@mantine/core'
import { duration, moment } from '../../shared/format.ts'
import { ZoneSelect } from '../../shared/zone-select.tsx'
import type { CampaignDraft } from './campaign-draft.ts'

type Dates = Pick<CampaignDraft, 'startLocal' | 'endLocal' | 'zone'>

interface DateFieldsProps {
  dates: Dates
  errors: Record<string, string>
  onChange: (change: Partial<Dates>) => void
}

/** Two times by the wall clock of a zone, and what they are here. */
export function DateFields({ dates, errors, onChange }: DateFieldsProps) {
  const { startLocal, endLocal, zone } = dates
  const [start, end] = [startLocal, endLocal].map((local) => zonedInstant(local, zone))
  return (
    <div>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          type="datetime-local"
          label="Starts"
          required
          value={startLocal}
          error={errors.start_local}
          onChange={(event) => onChange({ startLocal: event.currentTarget.value })}
        />
        <TextInput
          type="datetime-local"
          label="Ends"
          required
          value={endLocal}
          error={errors.end_local}
          onChange={(event) => onChange({ endLocal: event.currentTarget.value })}
        />
        <ZoneSelect
          label="Time zone"
          allowDeselect={false}
          value={zone}
          error={errors.zone}
          onChange={(next) => onChange({ zone: next })}
        />
      </SimpleGrid>
      {start && end && (
        <Text c="dimmed" size="xs" mt={4}>
          {moment(start)} to {moment(end)} here
          {end > start ? `; ${duration((end.getTime() - start.getTime()) / 1000)}` : ''}.
        </Text>
      )}
    </div>
  )
}
