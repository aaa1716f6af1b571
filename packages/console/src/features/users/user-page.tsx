import {
  type Attribute,
  deleteUser,
  getUser,
  listAttributes,
  listUsers,
  patchUser,
  type User,
} from '@carillon/contract'
import { Button, Grid, Group, Stack } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { Copyable } from '../../shared/copyable.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { BackLink, ButtonLink } from '../../shared/links.tsx'
import { Facts, Page, Section } from '../../shared/page.tsx'
import { userName } from '../../shared/pickers.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { attributePatch, attributeRows } from './attribute-editing.ts'
import { AttributeFields } from './attribute-fields.tsx'
import { PlaceFields } from './place-fields.tsx'
import { UserIdentity } from './user-identity.tsx'
import { UserMessages } from './user-messages.tsx'
import { UserPasses } from './user-passes.tsx'
import { UserSubscriptions } from './user-subscriptions.tsx'
import { WhyEntry } from './why-entry.tsx'

const route = getRouteApi('/shell/users/$userId')

export function UserPage() {
  const { userId } = route.useParams()
  const user = useRead(getUser, { params: { id: userId } })
  const schema = useRead(listAttributes, {})
  return (
    <Page
      title={user.data ? userName(user.data) : 'User'}
      back={<BackLink to="/users">Users</BackLink>}
      actions={user.data && <Actions user={user.data} />}
    >
      <Loaded query={user}>
        {(found) => (
          <Grid gap="md">
            <Grid.Col span={{ base: 12, md: 7 }}>
              <Stack>
                <Section title="Attributes">
                  <Loaded query={schema}>
                    {({ data }) => <UserEditor key={placeAndAttributes(found)} user={found} schema={data} />}
                  </Loaded>
                </Section>
                <UserMessages userId={found.id} />
              </Stack>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 5 }}>
              <Stack>
                <UserSubscriptions userId={found.id} />
                <UserPasses userId={found.id} />
                <WhyEntry userId={found.id} />
                <UserIdentity key={identity(found)} user={found} />
                <Section title="Facts">
                  <Facts facts={userFacts(found)} />
                </Section>
              </Stack>
            </Grid.Col>
          </Grid>
        )}
      </Loaded>
    </Page>
  )
}

// An editor starts anew when what it edits was changed elsewhere, so that it never patches from an old state; and
// keeps what was typed when something else was.
const placeAndAttributes = ({ attributes, timezone, locale }: User) =>
  JSON.stringify([attributes, timezone, locale])
const identity = ({ identifiers, consents }: User) => JSON.stringify([identifiers, consents])

function userFacts(user: User) {
  return [
    ['User id', <Copyable key="id" value={user.id} label="Copy the user id" />] as const,
    ['Created', <TimeText key="created" time={user.created_at} />] as const,
    ['Changed', <TimeText key="updated" time={user.updated_at} />] as const,
  ]
}

function UserEditor({ user, schema }: { user: User; schema: readonly Attribute[] }) {
  const [rows, setRows] = useState(() => attributeRows(user.attributes, schema))
  const [place, setPlace] = useState({ timezone: user.timezone ?? '', locale: user.locale ?? '' })
  const mayWrite = useCan('users:write')
  const save = useWrite(patchUser, { refreshes: [getUser, listUsers], said: 'Saved.', showsFailure: true })
  const errors = fieldErrors(save.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = {
      attributes: attributePatch(user.attributes, rows),
      timezone: place.timezone || null,
      locale: place.locale || null,
    }
    save.mutate({ input: { params: { id: user.id }, body } })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <AttributeFields rows={rows} schema={schema} onChange={setRows} errors={errors} />
        <PlaceFields place={place} onChange={setPlace} errors={errors} />
        <FormFailure
          error={save.error}
          fields={[...rows.map(({ name }) => `attributes.${name}`), 'timezone', 'locale']}
        />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!mayWrite}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Actions({ user }: { user: User }) {
  const navigate = useNavigate()
  const mayWrite = useCan('users:write')
  const erase = useWrite(deleteUser, { refreshes: [listUsers], said: 'The user is erased.' })
  return (
    <>
      <ButtonLink
        to="/compose"
        search={{ user_id: user.id }}
        variant="default"
        leftSection={<IconSend size={14} />}
      >
        Write to this user
      </ButtonLink>
      <ConfirmButton
        disabled={!mayWrite}
        color="red"
        variant="outline"
        title={`Erase ${userName(user)}?`}
        consequence="The user goes with all attributes and subscriptions. This cannot be undone."
        verb="Erase for good"
        typed={userName(user)}
        onConfirm={async () => {
          await erase.mutateAsync({ input: { params: { id: user.id } } })
          await navigate({ to: '/users' })
        }}
      >
        Erase
      </ConfirmButton>
    </>
  )
}
