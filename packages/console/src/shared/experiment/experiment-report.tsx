import {
  chooseWinner,
  type ExperimentMetric,
  type ExperimentReport,
  experimentMetrics,
  getExperiment,
  getMessage,
  type VariantResult,
} from '@carillon/contract'
import { Alert, Badge, Group, SegmentedControl, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { ConfirmButton } from '../confirm-button.tsx'
import { Rows } from '../data-table.tsx'
import { Figure } from '../estimate-card.tsx'
import { count, moment, words } from '../format.ts'
import { Section } from '../page.tsx'
import { useCan, useRead, useWrite } from '../server.ts'
import { Loaded } from '../states.tsx'
import classes from './experiment-report.module.css'
import { rateText, scaleOf, upliftText } from './report-words.ts'

/** The report is a sum over everything that was reported back, so it is not asked as often as the counts. */
const refetchMs = 10_000

/** How the variants of a message do; of a campaign's message, over all its runs. */
export function ExperimentReportView({ messageId }: { messageId: string }) {
  const query = useRead(getExperiment, { params: { id: messageId } }, { refetchMs })
  return <Loaded query={query}>{(report) => <Report report={report} messageId={messageId} />}</Loaded>
}

function Report({ report, messageId }: { report: ExperimentReport; messageId: string }) {
  const [metric, setMetric] = useState<ExperimentMetric>(report.rule?.metric ?? 'opened')
  const everybody = [
    ...report.variants,
    ...(report.rest ? [{ ...report.rest, name: restName(report.rest) }] : []),
  ]
  return (
    <Stack>
      <Decision report={report} messageId={messageId} />
      <Section
        title="Variants compared"
        description={`Each against ${report.baseline}, with 95 % intervals.`}
        actions={
          <SegmentedControl
            aria-label="Compared by"
            value={metric}
            onChange={(next) => setMetric(next as ExperimentMetric)}
            data={experimentMetrics.map((value) => ({ value, label: words(value) }))}
          />
        }
      >
        <Comparison report={report} metric={metric} />
      </Section>
      <Section title="Counts" flush>
        <Group gap="xl" p="md">
          <Figure label="Targeted" value={count(report.targeted)} />
          <Figure label="Control group" value={count(report.control_group)} />
          <Figure label="Waiting for the winner" value={count(report.waiting)} />
          <Figure label="Without a variant" value={count(report.without_variant)} />
          {report.messages > 1 && <Figure label="Runs" value={count(report.messages)} />}
        </Group>
        <Rows
          caption="Counts of the variants"
          rows={everybody}
          rowKey={({ name }) => name}
          columns={[
            { title: 'Variant', render: ({ name }) => name },
            { title: 'Pending', numeric: true, from: 'sm', render: ({ pending }) => count(pending) },
            { title: 'Sent', numeric: true, render: ({ sent }) => count(sent) },
            { title: 'Failed', numeric: true, from: 'xs', render: ({ failed }) => count(failed) },
            { title: 'Excluded', numeric: true, from: 'sm', render: ({ excluded }) => count(excluded) },
            {
              title: 'Received',
              numeric: true,
              from: 'sm',
              render: ({ metrics }) => count(metrics.received.n),
            },
            { title: 'Opened', numeric: true, render: ({ metrics }) => count(metrics.opened.n) },
            { title: 'Clicked', numeric: true, render: ({ metrics }) => count(metrics.clicked.n) },
          ]}
        />
      </Section>
    </Stack>
  )
}

const restName = ({ name }: VariantResult) => `${name}, to everybody left`

function Comparison({ report, metric }: { report: ExperimentReport; metric: ExperimentMetric }) {
  const scale = scaleOf(report.variants.map(({ metrics }) => metrics[metric]))
  const winner = report.decision?.winner
  return (
    <Stack gap={0}>
      {report.variants.map((variant) => (
        <div key={variant.name} className={`${classes.row} ${variant.name === winner ? classes.winner : ''}`}>
          <div>
            <Group gap={6}>
              <Text fw={500}>{variant.name}</Text>
              {variant.name === winner && <Badge>Winner</Badge>}
            </Group>
            <Text c="dimmed" size="xs" lineClamp={1}>
              {variant.title ?? variant.body}
            </Text>
          </div>
          <Bar
            variant={variant}
            metric={metric}
            scale={scale}
            isBaseline={variant.name === report.baseline}
          />
        </div>
      ))}
      <Text c="dimmed" size="xs" mt="sm">
        A share of the deliveries that were sent. Somebody with two devices counts twice. Who got nothing has
        nothing to open, so the control group is not compared here.
      </Text>
    </Stack>
  )
}

interface BarProps {
  variant: VariantResult
  metric: ExperimentMetric
  /** The share that is as wide as the track. */
  scale: number
  isBaseline: boolean
}

function Bar({ variant, metric, scale, isBaseline }: BarProps) {
  const { rate, low, high, uplift } = variant.metrics[metric]
  const at = (share: number) => `${(share / scale) * 100}%`
  return (
    <Stack gap={3}>
      <div className={classes.track} aria-hidden>
        {rate !== null && <span className={classes.bar} style={{ width: at(rate) }} />}
        {low !== null && high !== null && (
          <span className={classes.interval} style={{ left: at(low), width: at(high - low) }} />
        )}
      </div>
      <Group justify="space-between" gap="xs">
        <Text size="xs">{rateText(variant.metrics[metric], variant.sent)}</Text>
        <Text size="xs" c="dimmed">
          {isBaseline ? 'Baseline' : upliftText(uplift)}
        </Text>
      </Group>
    </Stack>
  )
}

function Decision({ report, messageId }: { report: ExperimentReport; messageId: string }) {
  const { decision, decides_at, rule, over } = report
  if (decision) {
    const known = decision.evidence
      .map(({ name, n, sent }) => `${name} ${count(n)} of ${count(sent)}`)
      .join(', ')
    return (
      <Alert title={`${decision.winner} has won`}>
        {decision.detail} Decided {moment(decision.at)}; known by then: {known}.
      </Alert>
    )
  }
  if (over) {
    if (!rule) return null
    return (
      <Alert color="gray">
        The message ended before a winner was decided. Whoever waited for it got nothing.
      </Alert>
    )
  }
  return (
    <Alert color="gray" title="The winner is not decided yet">
      <Stack gap="xs">
        <Text>{waitText(rule !== null, decides_at)}</Text>
        <Group gap="xs">
          {report.variants.map(({ name }) => (
            <ChooseButton key={name} name={name} messageId={messageId} />
          ))}
        </Group>
      </Stack>
    </Alert>
  )
}

function waitText(hasRule: boolean, decidesAt: string | null): string {
  if (!hasRule)
    return 'No rule decides. Whichever you choose goes to everybody who has not been given a variant yet.'
  const when = decidesAt
    ? `The rule decides ${moment(decidesAt)}`
    : 'The rule decides some time after the first send'
  return `${when}, unless the message ends before. You may choose earlier:`
}

function ChooseButton({ name, messageId }: { name: string; messageId: string }) {
  const may = useCan('messages:send')
  const choose = useWrite(chooseWinner, {
    refreshes: [getExperiment, getMessage],
    said: `${name} goes to everybody left.`,
  })
  return (
    <ConfirmButton
      size="compact-xs"
      disabled={!may}
      title={`Let ${name} win?`}
      consequence="Everybody left gets it, and nothing is compared any more. This cannot be undone."
      verb={`Choose ${name}`}
      onConfirm={() => choose.mutateAsync({ input: { params: { id: messageId }, body: { variant: name } } })}
    >
      Choose {name}
    </ConfirmButton>
  )
}
