import { getSettings, putSettings, type Settings } from '@carillon/contract'
import { Button, Group, NumberInput, type NumberInputProps, Stack, TagsInput, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useEffect } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { count, duration } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'
import { ZoneSelect } from '../../shared/zone-select.tsx'
import { SiteSettings } from './site-settings.tsx'

/** What holds for all messages alike, whether somebody sends them, a campaign or an event. */
export function GeneralSettings() {
  const query = useRead(getSettings, {})
  return (
    <Stack>
      <Section title="General" description="Hold for every message, whoever or whatever sends it.">
        <Loaded query={query}>{(settings) => <SettingsForm settings={settings} />}</Loaded>
      </Section>
      <SiteSettings />
    </Stack>
  )
}

function SettingsForm({ settings }: { settings: Settings }) {
  const form = useForm({ initialValues: fieldsOf(settings), validate: limits })
  const may = useCan('settings:write')
  const save = useWrite(putSettings, { refreshes: [getSettings], said: 'Saved.', showsFailure: true })
  const { setErrors } = form
  useEffect(() => setErrors(fieldErrors(save.error)), [save.error, setErrors])
  return (
    <form
      onSubmit={form.onSubmit((body) =>
        save.mutate({ input: { body } }, { onSuccess: () => form.resetDirty() }),
      )}
    >
      <Stack maw={420}>
        <NumberInput
          label="Attempts per delivery"
          description="A provider that is away or busy is asked again, ever more slowly; after so many attempts the delivery fails as unavailable. Messages that were accepted before keep theirs"
          allowDecimal={false}
          {...form.getInputProps('max_attempts')}
        />
        <Seconds
          label="Lifetime of a message, in seconds"
          description="When it names no expiry of its own. What has not been handed over by then is never sent"
          seconds={form.values.default_ttl_seconds}
          {...form.getInputProps('default_ttl_seconds')}
        />
        <Seconds
          label="Seconds between two looks of a campaign"
          description="How soon people who match by now are met; those whom an API call changes are met at once. For campaigns created from now on"
          seconds={form.values.campaign_interval_seconds}
          {...form.getInputProps('campaign_interval_seconds')}
        />
        <NumberInput
          label="Days to keep the event log"
          description="How far back the event stream and the webhooks can begin again"
          allowDecimal={false}
          {...form.getInputProps('event_retention_days')}
        />
        <NumberInput
          label="Days to keep the audit"
          description="Older entries are deleted every hour, and do not come back"
          allowDecimal={false}
          thousandSeparator=","
          {...form.getInputProps('audit_retention_days')}
        />
        <ZoneSelect
          label="Time zone"
          description="Where a day begins, for segments that count days"
          allowDeselect={false}
          value={form.values.time_zone}
          error={form.errors.time_zone}
          onChange={(zone) => form.setFieldValue('time_zone', zone)}
        />
        <TagsInput
          label="Types of campaigns"
          description="What a campaign may be called as its type; with none listed, anything. One that is in use stays"
          maxTags={100}
          {...form.getInputProps('campaign_types')}
        />
        <TagsInput
          label="Types of events"
          description="The same for events"
          maxTags={100}
          {...form.getInputProps('event_types')}
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

/** What else there is has forms of its own. */
function fieldsOf(settings: Settings) {
  const { max_attempts, default_ttl_seconds, campaign_interval_seconds, time_zone } = settings
  const { event_retention_days, audit_retention_days, campaign_types, event_types } = settings
  return {
    max_attempts,
    default_ttl_seconds,
    campaign_interval_seconds,
    time_zone,
    event_retention_days,
    audit_retention_days,
    campaign_types,
    event_types,
  }
}

/** As the server holds them. */
const limits = {
  max_attempts: between(1, 50),
  default_ttl_seconds: between(60, 2_419_200),
  campaign_interval_seconds: between(60, 604_800),
  event_retention_days: between(1, 400),
  audit_retention_days: between(30, 3_650),
}

function between(low: number, high: number) {
  return (value: unknown) =>
    typeof value === 'number' && value >= low && value <= high
      ? null
      : `Takes ${count(low)} to ${count(high)}`
}

/** With the same in words that people use. */
function Seconds({ seconds, ...field }: NumberInputProps & { seconds: unknown }) {
  return (
    <div>
      <NumberInput step={3_600} allowDecimal={false} thousandSeparator="," {...field} />
      <Text c="dimmed" size="xs" mt={4}>
        {duration(Number(seconds))}
      </Text>
    </div>
  )
}
