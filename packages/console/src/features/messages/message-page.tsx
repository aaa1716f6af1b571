import {
  cancelMessage,
  getMessage,
  listMessages,
  listRecipients,
  type Message,
  pauseMessage,
  resumeMessage,
} from '@carillon/contract'
import { Badge, Button, Tabs } from '@mantine/core'
import { IconCopyPlus, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { ExperimentReportView } from '../../shared/experiment/experiment-report.tsx'
import { counted } from '../../shared/format.ts'
import { BackLink, ButtonLink, TextLink } from '../../shared/links.tsx'
import { Page } from '../../shared/page.tsx'
import { useCan, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { MessageContent } from './message-content.tsx'
import { MessageProgress } from './message-progress.tsx'
import { isFinal } from './progress-rate.ts'
import { Recipients } from './recipients.tsx'
import { useLiveMessage } from './use-live-message.ts'

const route = getRouteApi('/shell/messages/$messageId')

export function MessagePage() {
  const { messageId } = route.useParams()
  const live = useLiveMessage(messageId)
  const { data } = live
  return (
    <Page
      title={data ? (data.title ?? 'Message') : 'Message'}
      back={<BackLink to="/messages">Messages</BackLink>}
      beside={
        data && (
          <>
            <StatusPill status={data.status} />
            {data.dry_run && <Badge color="blue">Dry run</Badge>}
            {data.campaign_id && (
              <TextLink to="/campaigns/$campaignId" params={{ campaignId: data.campaign_id }}>
                A run of a campaign
              </TextLink>
            )}
          </>
        )
      }
      description={data?.body}
      actions={data && <Actions message={data} />}
    >
      <Loaded query={live}>{(message) => <MessageTabs message={message} rate={live.rate} />}</Loaded>
    </Page>
  )
}

function MessageTabs({ message, rate }: { message: Message; rate: number | null }) {
  const { tab = 'progress' } = route.useSearch()
  const navigate = useNavigate()
  const show = (next: string | null) =>
    void navigate({
      to: '/messages/$messageId',
      params: { messageId: message.id },
      search: { tab: next as typeof tab },
    })
  return (
    <Tabs value={tab} onChange={show} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="progress">Progress</Tabs.Tab>
        {message.experiment && <Tabs.Tab value="experiment">Experiment</Tabs.Tab>}
        <Tabs.Tab value="recipients">Recipients</Tabs.Tab>
        <Tabs.Tab value="content">Content</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="progress">
        <MessageProgress message={message} rate={rate} />
      </Tabs.Panel>
      <Tabs.Panel value="experiment">
        <ExperimentReportView messageId={message.id} />
      </Tabs.Panel>
      <Tabs.Panel value="recipients">
        <Recipients message={message} />
      </Tabs.Panel>
      <Tabs.Panel value="content">
        <MessageContent message={message} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Actions({ message }: { message: Message }) {
  const may = useCan('messages:send')
  const refreshes = [getMessage, listMessages, listRecipients]
  const pause = useWrite(pauseMessage, { refreshes })
  const resume = useWrite(resumeMessage, { refreshes })
  const cancel = useWrite(cancelMessage, {
    refreshes,
    said: 'Cancelled: nothing more is handed to a provider.',
  })
  const input = { params: { id: message.id } }
  return (
    <>
      {!isFinal(message.status) && message.status !== 'paused' && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={14} />}
          disabled={!may}
          loading={pause.isPending}
          onClick={() => pause.mutate({ input })}
        >
          Pause
        </Button>
      )}
      {message.status === 'paused' && (
        <Button
          leftSection={<IconPlayerPlay size={14} />}
          disabled={!may}
          loading={resume.isPending}
          onClick={() => resume.mutate({ input })}
        >
          Resume
        </Button>
      )}
      {!isFinal(message.status) && (
        <ConfirmButton
          color="red"
          variant="outline"
          disabled={!may}
          title="Cancel this message?"
          consequence={`${counted(message.counts.pending, 'pending recipient')} will not get it. What was handed to a provider cannot be called back. This cannot be undone.`}
          verb="Cancel the message"
          onConfirm={() => cancel.mutateAsync({ input })}
        >
          Cancel
        </ConfirmButton>
      )}
      <ButtonLink
        to="/compose"
        search={{ from: message.id }}
        variant="default"
        leftSection={<IconCopyPlus size={14} />}
      >
        Write one like it
      </ButtonLink>
    </>
  )
}
