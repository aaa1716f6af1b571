import { type Campaign, createCampaign, getCampaign, putCampaign, startCampaign } from '@carillon/contract'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { BackLink } from '../../shared/links.tsx'
import { Page } from '../../shared/page.tsx'
import { useRead, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { ownZone } from '../../shared/zone-select.tsx'
import { draftOf, emptyCampaign } from './campaign-draft.ts'
import { CampaignEditor } from './campaign-editor.tsx'
import { campaignReads } from './campaign-reads.ts'

const route = getRouteApi('/shell/campaigns/$campaignId/edit')

export function NewCampaignPage() {
  const open = useOpenCampaign()
  const create = useWrite(createCampaign, {
    refreshes: campaignReads,
    said: 'The campaign is saved.',
    showsFailure: true,
  })
  const start = useWrite(startCampaign, { refreshes: campaignReads })
  return (
    <Page title="New campaign" back={<BackLink to="/campaigns">Campaigns</BackLink>}>
      <CampaignEditor
        first={emptyCampaign(ownZone, new Date())}
        saving={create.isPending || start.isPending}
        failure={create.error}
        mayStart
        onSave={(body, andStart) =>
          create.mutate(
            { input: { body } },
            {
              onSuccess: async ({ id }) => {
                // What keeps it from starting stands on its page.
                if (andStart) await start.mutateAsync({ input: { params: { id } } }).catch(() => {})
                open(id)
              },
            },
          )
        }
      />
    </Page>
  )
}

export function EditCampaignPage() {
  const { campaignId } = route.useParams()
  const query = useRead(getCampaign, { params: { id: campaignId } })
  return (
    <Page
      title={query.data ? `Edit ${query.data.name}` : 'Edit'}
      back={
        <BackLink to="/campaigns/$campaignId" params={{ campaignId }}>
          {query.data?.name ?? 'Campaign'}
        </BackLink>
      }
    >
      <Loaded query={query}>{(campaign) => <Editor campaign={campaign} />}</Loaded>
    </Page>
  )
}

function Editor({ campaign }: { campaign: Campaign }) {
  const { id } = campaign
  const open = useOpenCampaign()
  const save = useWrite(putCampaign, {
    refreshes: campaignReads,
    said: 'The campaign is saved.',
    showsFailure: true,
  })
  return (
    <CampaignEditor
      first={draftOf(campaign)}
      saving={save.isPending}
      failure={save.error}
      onSave={(body) => save.mutate({ input: { params: { id }, body } }, { onSuccess: () => open(id) })}
    />
  )
}

function useOpenCampaign() {
  const navigate = useNavigate()
  return (campaignId: string) => void navigate({ to: '/campaigns/$campaignId', params: { campaignId } })
}
