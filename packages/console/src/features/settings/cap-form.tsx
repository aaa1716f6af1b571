import { type Cap, type Channel, channels, createCap, listCaps, patchCap } from '@carillon/contract'
import { Button, Group, NumberInput, Select, Stack, Switch, Text, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { channelNames } from '../../shared/channels.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { capWords } from '../../shared/rules/rule-words.ts'
import { useCan, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { type CapDraft, capDraftOf, emptyCap, toCap } from './cap-draft.ts'

export function CapForm({ cap, onDone }: { cap?: Cap; onDone: () => void }) {
  const [draft, setDraft] = useState(cap ? capDraftOf(cap) : emptyCap)
  const set = (change: Partial<CapDraft>) => setDraft({ ...draft, ...change })
  const may = useCan('settings:write')
  const options = { refreshes: [listCaps], said: 'Saved.', showsFailure: true }
  const create = useWrite(createCap, options)
  const patch = useWrite(patchCap, options)
  const failure = create.error ?? patch.error
  const errors = fieldErrors(failure)
  const body = toCap(draft)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (cap) patch.mutate({ input: { params: { id: cap.id }, body } }, { onSuccess: onDone })
    else create.mutate({ input: { body } }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          required
          label="Name"
          description="Stands on every delivery that ends at it"
          maxLength={255}
          value={draft.name}
          error={errors.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <CapWindowFields draft={draft} errors={errors} set={set} />
        <CapScopeFields draft={draft} errors={errors} set={set} />
        <Switch
          label="Transactional messages count"
          checked={draft.countsTransactional}
          onChange={(event) => set({ countsTransactional: event.currentTarget.checked })}
        />
        <Switch
          label="Transactional messages end here too"
          checked={draft.bindsTransactional}
          onChange={(event) => set({ bindsTransactional: event.currentTarget.checked })}
        />
        <Switch
          label="Urgent messages take the place of waiting ones"
          description="A message of high priority goes instead of one that waits for another attempt"
          checked={draft.displaces}
          onChange={(event) => set({ displaces: event.currentTarget.checked })}
        />
        <FormFailure error={failure} fields={['name', 'limit', 'window.length', 'scope.tag']} />
        <Group justify="space-between">
          <Text c="dimmed" size="sm">
            {capWords(body as Cap)}
          </Text>
          <Button type="submit" loading={create.isPending || patch.isPending} disabled={!may}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

interface PartProps {
  draft: CapDraft
  errors: Record<string, string>
  set: (change: Partial<CapDraft>) => void
}

function CapWindowFields({ draft, errors, set }: PartProps) {
  return (
    <>
      <Group grow align="flex-start">
        <NumberInput
          label="Messages"
          min={1}
          max={1_000}
          allowDecimal={false}
          value={draft.limit}
          error={errors.limit}
          onChange={(limit) => set({ limit: Number(limit) || 1 })}
        />
        <Select
          label="Within"
          allowDeselect={false}
          data={[
            { value: 'rolling', label: 'A time before each' },
            { value: 'day', label: 'A day' },
            { value: 'week', label: 'A week, from Monday' },
            { value: 'month', label: 'A month' },
          ]}
          value={draft.window}
          onChange={(window) => window && set({ window: window as CapDraft['window'] })}
        />
      </Group>
      {draft.window === 'rolling' ? (
        <Group grow align="flex-start">
          <NumberInput
            label="Length"
            min={1}
            allowDecimal={false}
            value={draft.length}
            error={errors['window.length']}
            onChange={(length) => set({ length: Number(length) || 1 })}
          />
          <Select
            label="Unit"
            allowDeselect={false}
            data={['minutes', 'hours', 'days'].map((value) => ({ value, label: value }))}
            value={draft.unit}
            onChange={(unit) => unit && set({ unit: unit as CapDraft['unit'] })}
          />
        </Group>
      ) : (
        <Text c="dimmed" size="xs">
          By the calendar of where each person is.
        </Text>
      )}
    </>
  )
}

function CapScopeFields({ draft, errors, set }: PartProps) {
  return (
    <Group grow align="flex-start">
      <Select
        label="Counts"
        allowDeselect={false}
        data={[
          { value: 'all', label: 'All messages' },
          { value: 'channel', label: 'One channel' },
          { value: 'tag', label: 'Messages with a tag' },
        ]}
        value={draft.scope}
        onChange={(scope) => scope && set({ scope: scope as CapDraft['scope'] })}
      />
      {draft.scope === 'channel' && (
        <Select
          label="Channel"
          allowDeselect={false}
          data={channels.map((value) => ({ value, label: channelNames[value].name }))}
          value={draft.channel}
          onChange={(channel) => channel && set({ channel: channel as Channel })}
        />
      )}
      {draft.scope === 'tag' && (
        <TextInput
          required
          label="Tag"
          maxLength={63}
          value={draft.tag}
          error={errors['scope.tag']}
          onChange={(event) => set({ tag: event.currentTarget.value })}
        />
      )}
    </Group>
  )
}
