import { type Channel, channels, getSettings, putSettings, type Settings, weekdays } from '@carillon/contract'
import { Button, Checkbox, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useEffect } from 'react'
import { channelNames } from '../../shared/channels.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { words } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'
import { HoldoutSettings } from './holdout-settings.tsx'

/** When people are left alone, and who always is. */
export function QuietSettings() {
  const query = useRead(getSettings, {})
  return (
    <Stack>
      <Section
        title="Quiet hours"
        description="On each person's own clock: their time zone, else the device's, else the workspace's."
      >
        <Loaded query={query}>{({ quiet_hours }) => <QuietForm quiet={quiet_hours} />}</Loaded>
      </Section>
      <Section
        title="Holdout"
        description="A share of all people who get nothing but transactional messages, so that it shows what messages do."
      >
        <Loaded query={query}>{({ holdout }) => <HoldoutSettings holdout={holdout} />}</Loaded>
      </Section>
    </Stack>
  )
}

function QuietForm({ quiet }: { quiet: Settings['quiet_hours'] }) {
  const form = useForm({
    initialValues: { ...quiet, channels: quiet.channels ?? [...channels] },
    validate: {
      end: (end, { start }) => (end === start ? 'Is the start too: that would be all day' : null),
      days: (days) => (days.length === 0 ? 'Pick a day, or switch quiet hours off' : null),
      channels: (some) => (some.length === 0 ? 'Pick a channel, or switch quiet hours off' : null),
    },
  })
  const may = useCan('settings:write')
  const save = useWrite(putSettings, { refreshes: [getSettings], said: 'Saved.', showsFailure: true })
  const { setErrors, values } = form
  useEffect(() => {
    const refused = Object.entries(fieldErrors(save.error))
    setErrors(Object.fromEntries(refused.map(([field, text]) => [field.replace('quiet_hours.', ''), text])))
  }, [save.error, setErrors])
  const submit = form.onSubmit(({ channels: some, ...fields }) => {
    const quiet_hours = { ...fields, channels: some.length === channels.length ? null : (some as Channel[]) }
    save.mutate({ input: { body: { quiet_hours } } }, { onSuccess: () => form.resetDirty() })
  })
  return (
    <form onSubmit={submit}>
      <Stack maw={480}>
        <Switch label="Leave people alone" {...form.getInputProps('enabled', { type: 'checkbox' })} />
        <Group grow align="flex-start">
          <TextInput type="time" label="From" {...form.getInputProps('start')} />
          <TextInput type="time" label="To" {...form.getInputProps('end')} />
        </Group>
        <Text c="dimmed" size="xs">
          {values.end < values.start ? 'Into the next day. ' : ''}A change of the clocks never makes them
          shorter.
        </Text>
        <Checkbox.Group label="Days on which they begin" {...form.getInputProps('days')}>
          <Group gap="sm" mt={6}>
            {weekdays.map((day) => (
              <Checkbox key={day} value={day} label={words(day).slice(0, 3)} />
            ))}
          </Group>
        </Checkbox.Group>
        <Select
          label="What comes meanwhile"
          allowDeselect={false}
          data={[
            { value: 'hold', label: 'Is held, and sent when they end' },
            { value: 'drop', label: 'Is not sent' },
          ]}
          {...form.getInputProps('action')}
        />
        {values.action === 'hold' && (
          <NumberInput
            label="Minutes to send it over"
            description="Not everything at the same minute. What expires before is not sent"
            min={0}
            max={720}
            allowDecimal={false}
            {...form.getInputProps('release_minutes')}
          />
        )}
        <Checkbox.Group label="Channels" {...form.getInputProps('channels')}>
          <Group gap="md" mt={6}>
            {channels.map((channel) => (
              <Checkbox key={channel} value={channel} label={channelNames[channel].name} />
            ))}
          </Group>
        </Checkbox.Group>
        <Switch
          label="Transactional messages wait too"
          checked={values.transactional === 'obey'}
          onChange={(event) =>
            form.setFieldValue('transactional', event.currentTarget.checked ? 'obey' : 'bypass')
          }
        />
        <FormFailure error={save.error} fields={Object.keys(values).map((field) => `quiet_hours.${field}`)} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!may || !form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
