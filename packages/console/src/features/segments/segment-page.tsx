import {
  createSegment,
  deleteSegment,
  getSegment,
  listSegments,
  putSegment,
  type Segment,
} from '@carillon/contract'
import { Tabs } from '@mantine/core'
import { IconSend } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { BackLink, ButtonLink } from '../../shared/links.tsx'
import { Page } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { SegmentBuilder } from './segment-builder.tsx'
import { SegmentMembers } from './segment-members.tsx'

const route = getRouteApi('/shell/segments/$segmentId')
const back = <BackLink to="/segments">Segments</BackLink>

export function NewSegmentPage() {
  const navigate = useNavigate()
  const create = useWrite(createSegment, {
    refreshes: [listSegments],
    said: 'The segment is saved.',
    showsFailure: true,
  })
  return (
    <Page title="New segment" back={back}>
      <SegmentBuilder
        first={{ name: '', conditions: [], definition: 'all' }}
        saving={create.isPending}
        failure={create.error}
        onSave={(body) =>
          create.mutate(
            { input: { body } },
            {
              onSuccess: ({ id }) => void navigate({ to: '/segments/$segmentId', params: { segmentId: id } }),
            },
          )
        }
      />
    </Page>
  )
}

export function SegmentPage() {
  const { segmentId } = route.useParams()
  const query = useRead(getSegment, { params: { id: segmentId } })
  return (
    <Page
      title={query.data?.name ?? 'Segment'}
      back={back}
      actions={query.data && <Actions segment={query.data} />}
    >
      <Loaded query={query}>{(segment) => <SegmentTabs segment={segment} />}</Loaded>
    </Page>
  )
}

function SegmentTabs({ segment }: { segment: Segment }) {
  const { tab = 'conditions' } = route.useSearch()
  const navigate = useNavigate()
  const save = useWrite(putSegment, {
    refreshes: [getSegment, listSegments],
    said: 'The segment is saved.',
    showsFailure: true,
  })
  return (
    <Tabs
      value={tab}
      onChange={(next) =>
        void navigate({
          to: '/segments/$segmentId',
          params: { segmentId: segment.id },
          search: { tab: next as typeof tab },
        })
      }
    >
      <Tabs.List mb="md">
        <Tabs.Tab value="conditions">Conditions</Tabs.Tab>
        <Tabs.Tab value="members">Members</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="conditions">
        <SegmentBuilder
          key={segment.updated_at}
          first={segment}
          saving={save.isPending}
          failure={save.error}
          onSave={(body) => save.mutate({ input: { params: { id: segment.id }, body } })}
        />
      </Tabs.Panel>
      <Tabs.Panel value="members">
        {tab === 'members' && <SegmentMembers segmentId={segment.id} />}
      </Tabs.Panel>
    </Tabs>
  )
}

function Actions({ segment }: { segment: Segment }) {
  const navigate = useNavigate()
  const may = useCan('segments:write')
  const remove = useWrite(deleteSegment, { refreshes: [listSegments], said: 'The segment is deleted.' })
  return (
    <>
      <ButtonLink
        to="/compose"
        search={{ segment_id: segment.id }}
        variant="default"
        leftSection={<IconSend size={14} />}
      >
        Write to it
      </ButtonLink>
      <ConfirmButton
        disabled={!may}
        title={`Delete ${segment.name}?`}
        consequence="Messages that were sent to it keep their reports. It cannot be deleted while another segment uses it."
        verb="Delete"
        onConfirm={async () => {
          await remove.mutateAsync({ input: { params: { id: segment.id } } })
          await navigate({ to: '/segments' })
        }}
      >
        Delete
      </ConfirmButton>
    </>
  )
}
