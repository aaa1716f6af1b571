import { getSettings, putSettings, type Settings } from '@carillon/contract'
import { Button, Group, NumberInput, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useEffect } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { duration } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'
import { ZoneSelect } from '../../shared/zone-select.tsx'

export function GeneralSettings() {
  const query = useRead(getSettings, {})
  return (
    <Section title="General">
      <Loaded query={query}>{(settings) => <SettingsForm settings={settings} />}</Loaded>
    </Section>
  )
}

function SettingsForm({ settings }: { settings: Settings }) {
  const { max_attempts, default_ttl_seconds, time_zone } = settings
  const form = useForm({ initialValues: { max_attempts, default_ttl_seconds, time_zone } })
  const may = useCan('settings:write')
  const save = useWrite(putSettings, { refreshes: [getSettings], said: 'Saved.', showsFailure: true })
  const { setErrors } = form
  useEffect(() => setErrors(fieldErrors(save.error)), [save.error, setErrors])
  return (
    <form onSubmit={form.onSubmit((body) => save.mutate({ input: { body } }))}>
      <Stack maw={420}>
        <NumberInput
          label="Attempts per delivery"
          description="After so many the delivery fails as unavailable"
          min={1}
          max={50}
          allowDecimal={false}
          {...form.getInputProps('max_attempts')}
        />
        <div>
          <NumberInput
            label="Lifetime of a message, in seconds"
            description="When it names no expiry of its own"
            min={60}
            max={2_419_200}
            step={3_600}
            allowDecimal={false}
            thousandSeparator=","
            {...form.getInputProps('default_ttl_seconds')}
          />
          <Text c="dimmed" size="xs" mt={4}>
            {duration(Number(form.values.default_ttl_seconds))}
          </Text>
        </div>
        <ZoneSelect
          label="Time zone"
          allowDeselect={false}
          value={form.values.time_zone}
          error={form.errors.time_zone}
          onChange={(zone) => form.setFieldValue('time_zone', zone)}
        />
        <FormFailure error={save.error} fields={Object.keys(form.values)} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!may || !form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
