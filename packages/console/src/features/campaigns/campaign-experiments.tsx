import { type Campaign, listMessages } from '@carillon/contract'
import { Stack, Title } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import { ExperimentReportView } from '../../shared/experiment/experiment-report.tsx'
import { useRead } from '../../shared/server.ts'
import { EmptyState, Loaded } from '../../shared/states.tsx'

/** The experiments of a campaign's messages, each over all its runs: the last run knows of all. */
export function CampaignExperiments({ campaign }: { campaign: Campaign }) {
  const query = useRead(
    listMessages,
    { query: { campaign_id: campaign.id, limit: 200 } },
    { refetchMs: 15_000 },
  )
  return (
    <Loaded query={query}>
      {({ data: runs }) => {
        const found = campaign.messages.flatMap(({ id, name, experiment }) => {
          const last = runs.find((run) => run.campaign_message_id === id && run.experiment)
          return experiment && last ? [{ id, name, run: last.id }] : []
        })
        if (found.length === 0)
          return (
            <EmptyState icon={IconFlask} title="It has not met anybody yet">
              What the variants do is compared from the first run on.
            </EmptyState>
          )
        return (
          <Stack gap="xl">
            {found.map(({ id, name, run }) => (
              <Stack key={id}>
                {found.length > 1 && <Title order={2}>{name}</Title>}
                <ExperimentReportView messageId={run} />
              </Stack>
            ))}
          </Stack>
        )
      }}
    </Loaded>
  )
}
