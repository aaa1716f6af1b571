import { getSettings } from '@carillon/contract'
import { NumberInput, Stack, Text } from '@mantine/core'
import { useRead } from '../../shared/server.ts'
import type { StepProps } from './campaign-editor.tsx'
import { DateFields } from './date-fields.tsx'

export function ScheduleStep({ draft, onChange, errors }: StepProps) {
  const settings = useRead(getSettings, {}).data
  return (
    <Stack maw={720}>
      <DateFields dates={draft} errors={errors} onChange={onChange} />
      <NumberInput
        label="Minutes between two looks for people who match by now"
        description="People who are changed through the API are looked at as soon as they change."
        placeholder={settings && `${settings.campaign_interval_seconds / 60}, as the settings say`}
        min={1}
        max={10_080}
        maw={420}
        value={draft.everyMinutes ?? ''}
        error={errors.evaluate_every_seconds}
        onChange={(minutes) => onChange({ everyMinutes: minutes === '' ? null : Number(minutes) })}
      />
      <Text c="dimmed">It starts and ends by itself. Nothing is handed to a provider after its end.</Text>
    </Stack>
  )
}
