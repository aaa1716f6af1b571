import { type Attribute, createUser, listAttributes, listUsers } from '@carillon/contract'
import { Button, Group, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'
import { attributePatch, attributeRows } from './attribute-editing.ts'
import { AttributeFields } from './attribute-fields.tsx'
import { PlaceFields } from './place-fields.tsx'

export function CreateUser() {
  const schema = useRead(listAttributes, {})
  return <Loaded query={schema}>{({ data }) => <NewUserForm schema={data} />}</Loaded>
}

function NewUserForm({ schema }: { schema: readonly Attribute[] }) {
  const [rows, setRows] = useState(() => attributeRows({}, schema))
  const [place, setPlace] = useState({ timezone: '', locale: '' })
  const navigate = useNavigate()
  const create = useWrite(createUser, { refreshes: [listUsers], showsFailure: true })
  const errors = fieldErrors(create.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate(
      {
        input: {
          body: {
            attributes: attributePatch({}, rows),
            ...(place.timezone ? { timezone: place.timezone } : {}),
            ...(place.locale ? { locale: place.locale } : {}),
          },
        },
      },
      { onSuccess: ({ id }) => void navigate({ to: '/users/$userId', params: { userId: id } }) },
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <AttributeFields rows={rows} schema={schema} onChange={setRows} errors={errors} />
        <PlaceFields place={place} onChange={setPlace} errors={errors} />
        <FormFailure
          error={create.error}
          fields={[...rows.map(({ name }) => `attributes.${name}`), 'timezone', 'locale']}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
