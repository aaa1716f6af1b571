import {
  activateEventDefinition,
  createEventDefinition,
  deactivateEventDefinition,
  deleteEventDefinition,
  type EventDefinition,
  getEventDefinition,
  getEventPayload,
  listEventDefinitions,
  patchEventDefinition,
} from '@carillon/contract'
import { Badge, Button, Tabs } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { BackLink } from '../../shared/links.tsx'
import { Page } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { draftOf, emptyEventDraft } from './event-draft.ts'
import { EventEditor } from './event-editor.tsx'
import { Invocations } from './invocations.tsx'
import { ReadyCall } from './ready-call.tsx'

const route = getRouteApi('/shell/events/$eventId')
const back = <BackLink to="/events">Events</BackLink>
const stale = [listEventDefinitions, getEventDefinition, getEventPayload]

export function NewEventPage() {
  const navigate = useNavigate()
  const create = useWrite(createEventDefinition, {
    refreshes: stale,
    said: 'The event is saved. Activate it when it is ready.',
    showsFailure: true,
  })
  return (
    <Page title="New event" back={back}>
      <EventEditor
        first={emptyEventDraft}
        saving={create.isPending}
        failure={create.error}
        onSave={(body) =>
          create.mutate(
            { input: { body } },
            { onSuccess: ({ id }) => void navigate({ to: '/events/$eventId', params: { eventId: id } }) },
          )
        }
      />
    </Page>
  )
}

export function EventPage() {
  const { eventId } = route.useParams()
  const query = useRead(getEventDefinition, { params: { id: eventId } })
  const definition = query.data
  return (
    <Page
      title={definition?.name ?? 'Event'}
      back={back}
      beside={
        definition && (
          <>
            <StatusPill status={definition.status} />
            <Badge color="gray">Version {definition.version}</Badge>
          </>
        )
      }
      description={definition?.description}
      actions={definition && <Actions definition={definition} />}
    >
      <Loaded query={query}>{(found) => <EventTabs definition={found} />}</Loaded>
    </Page>
  )
}

function EventTabs({ definition }: { definition: EventDefinition }) {
  const { tab = 'definition' } = route.useSearch()
  const navigate = useNavigate()
  const show = (next: string | null) =>
    void navigate({
      to: '/events/$eventId',
      params: { eventId: definition.id },
      search: { tab: next as typeof tab },
    })
  return (
    <Tabs value={tab} onChange={show} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="definition">Definition</Tabs.Tab>
        <Tabs.Tab value="call">Call it</Tabs.Tab>
        <Tabs.Tab value="invocations">Invocations</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="definition">
        <Definition key={definition.id} definition={definition} />
      </Tabs.Panel>
      <Tabs.Panel value="call">
        <ReadyCall definition={definition} />
      </Tabs.Panel>
      <Tabs.Panel value="invocations">
        <Invocations definition={definition} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Definition({ definition }: { definition: EventDefinition }) {
  const save = useWrite(patchEventDefinition, {
    refreshes: stale,
    said: definition.status === 'active' ? 'Saved; it is sent like this from now on.' : 'Saved.',
    showsFailure: true,
  })
  return (
    <EventEditor
      first={draftOf(definition)}
      saving={save.isPending}
      failure={save.error}
      onSave={(body) => save.mutate({ input: { params: { id: definition.id }, body } })}
    />
  )
}

function Actions({ definition }: { definition: EventDefinition }) {
  const navigate = useNavigate()
  const may = useCan('events:write')
  const activate = useWrite(activateEventDefinition, { refreshes: stale, said: 'Active: calls send now.' })
  const deactivate = useWrite(deactivateEventDefinition, { refreshes: stale, said: 'Inactive.' })
  const remove = useWrite(deleteEventDefinition, {
    refreshes: [listEventDefinitions],
    said: 'The event is deleted.',
  })
  const input = { params: { id: definition.id } }
  if (definition.status === 'active') {
    return (
      <ConfirmButton
        disabled={!may}
        title={`Deactivate ${definition.name}?`}
        consequence="Calls are refused while it is inactive. What was accepted before is still sent."
        verb="Deactivate"
        onConfirm={() => deactivate.mutateAsync({ input })}
      >
        Deactivate
      </ConfirmButton>
    )
  }
  return (
    <>
      <ConfirmButton
        disabled={!may}
        title={`Delete ${definition.name}?`}
        consequence="Calls to it will find nothing. The messages of its invocations stay."
        verb="Delete"
        onConfirm={async () => {
          await remove.mutateAsync({ input })
          await navigate({ to: '/events' })
        }}
      >
        Delete
      </ConfirmButton>
      <Button disabled={!may} loading={activate.isPending} onClick={() => activate.mutate({ input })}>
        Activate
      </Button>
    </>
  )
}
