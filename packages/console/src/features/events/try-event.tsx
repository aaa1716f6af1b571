import {
  type EventDefinition,
  getEventDefinition,
  invokeEvent,
  listEventInvocations,
} from '@carillon/contract'
import { Button, Group, Stack, Switch, Text, TextInput } from '@mantine/core'
import { IconBolt } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { Section } from '../../shared/page.tsx'
import { UserSelect } from '../../shared/pickers.tsx'
import { useCan, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { exampleText, exampleValue } from './event-draft.ts'

/** Invokes it for one person, with the values that are typed; an optional one left empty is left out. */
export function TryEvent({ definition }: { definition: EventDefinition }) {
  const { variables } = definition
  const navigate = useNavigate()
  const may = useCan('events:invoke')
  const isActive = definition.status === 'active'
  const [userId, setUserId] = useState<string>()
  const [dryRun, setDryRun] = useState(false)
  const [values, setValues] = useState(() =>
    Object.fromEntries(variables.map(({ name, example }) => [name, exampleText(example)])),
  )
  const invoke = useWrite(invokeEvent, {
    refreshes: [listEventInvocations, getEventDefinition],
    said: 'Accepted.',
    showsFailure: true,
  })
  const errors = fieldErrors(invoke.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!userId) return
    const given = variables
      .filter(({ name, required }) => required || values[name])
      .map(({ name }) => [name, exampleValue(values[name] ?? '')] as const)
    const body = { users: [{ id: userId }], variables: Object.fromEntries(given), dry_run: dryRun }
    invoke.mutate(
      { input: { params: { id: definition.id }, body } },
      {
        onSuccess: ({ message_id }) =>
          void navigate({ to: '/messages/$messageId', params: { messageId: message_id } }),
      },
    )
  }
  return (
    <Section title="Try it">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <UserSelect
            label="Send it to"
            required
            placeholder="Somebody"
            value={userId}
            onChange={setUserId}
          />
          {variables.map(({ name, required }) => (
            <TextInput
              key={name}
              label={name}
              required={required}
              value={values[name] ?? ''}
              error={errors[`variables.${name}`]}
              onChange={(event) => setValues({ ...values, [name]: event.currentTarget.value })}
            />
          ))}
          <Switch
            label="Dry run"
            description="Does everything but call the provider"
            checked={dryRun}
            onChange={(event) => setDryRun(event.currentTarget.checked)}
          />
          <FormFailure error={invoke.error} fields={variables.map(({ name }) => `variables.${name}`)} />
          <Group gap="sm">
            <Button
              type="submit"
              leftSection={<IconBolt size={15} />}
              loading={invoke.isPending}
              disabled={!may || !isActive || !userId}
            >
              Invoke
            </Button>
            {!isActive && <Text c="dimmed">Activate it first.</Text>}
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
