import { getUser, listUsers, patchUser, type User } from '@carillon/contract'
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { Section } from '../../shared/page.tsx'
import { useCan, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { AddName } from './add-name.tsx'
import { type ConsentEdits, ConsentRows, changedConsents } from './consent-rows.tsx'
import { changedValues } from './named-values.ts'

/** The person's ids in other systems, and what they agreed to. */
export function UserIdentity({ user }: { user: User }) {
  const [identifiers, setIdentifiers] = useState(user.identifiers)
  const [consents, setConsents] = useState<ConsentEdits>(user.consents)
  const mayWrite = useCan('users:write')
  const save = useWrite(patchUser, { refreshes: [getUser, listUsers], said: 'Saved.', showsFailure: true })
  const body = {
    identifiers: changedValues(user.identifiers, identifiers),
    consents: changedConsents(user.consents, consents),
  }
  const isChanged = Object.keys({ ...body.identifiers, ...body.consents }).length > 0
  const errors = fieldErrors(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({ input: { params: { id: user.id }, body } })
  }
  return (
    <Section title="Identifiers and consents">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Identifiers identifiers={identifiers} errors={errors} onChange={setIdentifiers} />
          <Part title="Consents" hint="What they agreed to or refused. Unknown: as the topic says.">
            <ConsentRows consents={consents} onChange={setConsents} />
          </Part>
          <FormFailure
            error={save.error}
            fields={Object.keys(identifiers).map((name) => `identifiers.${name}`)}
          />
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!mayWrite || !isChanged}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}

interface IdentifiersProps {
  identifiers: Record<string, string>
  errors: Record<string, string>
  onChange: (identifiers: Record<string, string>) => void
}

function Identifiers({ identifiers, errors, onChange }: IdentifiersProps) {
  return (
    <Part title="Identifiers" hint="Their ids in your own systems, such as crm; one person per value.">
      {Object.entries(identifiers).map(([name, value]) => (
        <TextInput
          key={name}
          label={name}
          value={value}
          error={errors[`identifiers.${name}`]}
          onChange={(event) => onChange({ ...identifiers, [name]: event.currentTarget.value })}
        />
      ))}
      <AddName
        label="Name of a new identifier"
        placeholder="New identifier"
        pattern={/^[A-Za-z]\w{0,62}$/}
        fault="Letters, digits and _, a letter first"
        taken={Object.keys(identifiers)}
        onAdd={(name) => onChange({ ...identifiers, [name]: '' })}
      />
    </Part>
  )
}

function Part({ title, hint, children }: { title: string; hint: string; children: ReactNode }) {
  return (
    <Stack gap="xs" role="group" aria-label={title}>
      <div>
        <Text fw={500}>{title}</Text>
        <Text c="dimmed" size="xs">
          {hint}
        </Text>
      </div>
      {children}
    </Stack>
  )
}
