import { type Campaign, getCampaign } from '@carillon/contract'
import { Alert, Stack, Tabs, Text } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { BackLink } from '../../shared/links.tsx'
import { Facts, Page, Section } from '../../shared/page.tsx'
import { useSegmentChoices } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { CampaignActions } from './campaign-actions.tsx'
import { CampaignChecks } from './campaign-checks.tsx'
import { CampaignExperiments } from './campaign-experiments.tsx'
import { CampaignNumbers } from './campaign-numbers.tsx'
import { CampaignRuns } from './campaign-runs.tsx'
import { LocalSpan } from './local-span.tsx'

const route = getRouteApi('/shell/campaigns/$campaignId')

export function CampaignPage() {
  const { campaignId } = route.useParams()
  const query = useRead(getCampaign, { params: { id: campaignId } }, { refetchMs: 5_000 })
  const { data } = query
  return (
    <Page
      title={data?.name ?? 'Campaign'}
      back={<BackLink to="/campaigns">Campaigns</BackLink>}
      beside={data && <StatusPill status={data.status} />}
      description={data?.type}
      actions={data && <CampaignActions campaign={data} />}
    >
      <Loaded query={query}>{(campaign) => <CampaignTabs campaign={campaign} />}</Loaded>
    </Page>
  )
}

function CampaignTabs({ campaign }: { campaign: Campaign }) {
  const { tab = 'numbers' } = route.useSearch()
  const navigate = useNavigate()
  const hasExperiment = campaign.messages.some(({ experiment }) => experiment)
  const show = (next: string | null) =>
    void navigate({
      to: '/campaigns/$campaignId',
      params: { campaignId: campaign.id },
      search: { tab: next as typeof tab },
    })
  return (
    <Stack>
      {campaign.status === 'draft' && <CampaignChecks campaign={campaign} />}
      {campaign.problems.length > 0 && <LastProblems campaign={campaign} />}
      <Tabs value={tab} onChange={show} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="numbers">Numbers</Tabs.Tab>
          {hasExperiment && <Tabs.Tab value="experiments">Experiments</Tabs.Tab>}
          <Tabs.Tab value="runs">Runs</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="numbers">
          <Stack>
            <CampaignNumbers campaign={campaign} />
            <Schedule campaign={campaign} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="experiments">
          <CampaignExperiments campaign={campaign} />
        </Tabs.Panel>
        <Tabs.Panel value="runs">
          <CampaignRuns campaignId={campaign.id} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  )
}

function LastProblems({ campaign: { problems } }: { campaign: Campaign }) {
  return (
    <Alert color="yellow" title="The last evaluation could not do everything">
      {problems.map(({ pointer, detail }) => (
        <Text key={pointer + detail}>{detail}</Text>
      ))}
      <Text>Whom this kept from getting a message gets it once it is put right.</Text>
    </Alert>
  )
}

function Schedule({ campaign }: { campaign: Campaign }) {
  const segments = useSegmentChoices()
  const names = (ids: readonly string[]) =>
    ids.map((id) => segments.find(({ value }) => value === id)?.label ?? id).join(', ')
  return (
    <Section title="Audience and schedule">
      <Facts
        facts={[
          ['In any of', names(campaign.segment_ids) || undefined],
          ['But in none of', names(campaign.exclude_segment_ids) || undefined],
          ['From and to', <LocalSpan key="span" of={campaign} />],
          ['Looks again', `every ${campaign.evaluate_every_seconds / 60} min`],
          ['Last look', <TimeText key="last" time={campaign.evaluated_at} />],
          ['Next look', <TimeText key="next" time={campaign.next_evaluation_at} />],
        ]}
      />
    </Section>
  )
}
