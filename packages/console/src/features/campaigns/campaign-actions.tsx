import {
  type Campaign,
  deleteCampaign,
  listCampaigns,
  pauseCampaign,
  resumeCampaign,
  startCampaign,
  terminateCampaign,
} from '@carillon/contract'
import { Button } from '@mantine/core'
import { IconPencil, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { ButtonLink } from '../../shared/links.tsx'
import { useCan, useWrite } from '../../shared/server.ts'
import { campaignReads } from './campaign-reads.ts'
import { RestartButton } from './restart-button.tsx'

/** What may be done with a campaign as it stands; the server holds the same rules. */
export function CampaignActions({ campaign }: { campaign: Campaign }) {
  const { status } = campaign
  const isAtRest = status === 'draft' || status === 'pending' || status === 'paused'
  return (
    <>
      {isAtRest && <EditLink campaign={campaign} />}
      <Going campaign={campaign} />
      {(status === 'pending' || status === 'running' || status === 'paused') && (
        <Terminate campaign={campaign} />
      )}
      {(status === 'terminated' || status === 'completed') && <RestartButton campaign={campaign} />}
      {isAtRest && <Delete campaign={campaign} />}
    </>
  )
}

function EditLink({ campaign }: { campaign: Campaign }) {
  const may = useCan('campaigns:write')
  return (
    <ButtonLink
      to="/campaigns/$campaignId/edit"
      params={{ campaignId: campaign.id }}
      variant="default"
      disabled={!may}
      leftSection={<IconPencil size={14} aria-hidden />}
    >
      Edit
    </ButtonLink>
  )
}

function Going({ campaign: { id, status } }: { campaign: Campaign }) {
  const may = useCan('campaigns:execute')
  const start = useWrite(startCampaign, { refreshes: campaignReads, said: 'The campaign is started.' })
  const pause = useWrite(pauseCampaign, { refreshes: campaignReads })
  const resume = useWrite(resumeCampaign, { refreshes: campaignReads })
  const input = { params: { id } }
  if (status === 'running') {
    return (
      <Button
        variant="default"
        leftSection={<IconPlayerPause size={14} aria-hidden />}
        disabled={!may}
        loading={pause.isPending}
        onClick={() => pause.mutate({ input })}
      >
        Pause
      </Button>
    )
  }
  if (status !== 'draft' && status !== 'paused') return null
  const change = status === 'draft' ? start : resume
  return (
    <Button
      leftSection={<IconPlayerPlay size={14} aria-hidden />}
      disabled={!may}
      loading={change.isPending}
      onClick={() => change.mutate({ input })}
    >
      {status === 'draft' ? 'Start' : 'Resume'}
    </Button>
  )
}

function Terminate({ campaign: { id, name } }: { campaign: Campaign }) {
  const may = useCan('campaigns:execute')
  const terminate = useWrite(terminateCampaign, { refreshes: campaignReads, said: 'The campaign is over.' })
  return (
    <ConfirmButton
      color="red"
      variant="outline"
      disabled={!may}
      title={`Terminate ${name}?`}
      consequence="What was not handed to a provider yet is cancelled. It can be restarted later, with new dates."
      verb="Terminate"
      onConfirm={() => terminate.mutateAsync({ input: { params: { id } } })}
    >
      Terminate
    </ConfirmButton>
  )
}

function Delete({ campaign: { id, name } }: { campaign: Campaign }) {
  const navigate = useNavigate()
  const may = useCan('campaigns:write')
  const remove = useWrite(deleteCampaign, { refreshes: [listCampaigns], said: 'The campaign is deleted.' })
  return (
    <ConfirmButton
      disabled={!may}
      title={`Delete ${name}?`}
      consequence="What it sent stays among the messages. Whom it met is forgotten."
      verb="Delete"
      onConfirm={async () => {
        await remove.mutateAsync({ input: { params: { id } } })
        await navigate({ to: '/campaigns' })
      }}
    >
      Delete
    </ConfirmButton>
  )
}
