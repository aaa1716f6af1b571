import type { Channel, Message } from '@carillon/contract'
import { Alert, Group, SimpleGrid, Stack, Text, VisuallyHidden } from '@mantine/core'
import { IconAlertTriangle, IconMoon } from '@tabler/icons-react'
import { Figure } from '../../shared/estimate-card.tsx'
import { count, counted, duration, moment, percent, words } from '../../shared/format.ts'
import { OutcomeBar, OutcomeLegend } from '../../shared/outcome-bar.tsx'
import { Section } from '../../shared/page.tsx'
import { isPlatform, platformNames } from '../../shared/platforms.tsx'
import { PlatformRows } from './platform-rows.tsx'
import { etaSeconds, isFinal } from './progress-rate.ts'
import { ReasonList } from './reason-list.tsx'

export function MessageProgress({ message, rate }: { message: Message; rate: number | null }) {
  const { counts } = message
  return (
    <Stack>
      <Holds message={message} />
      <Section>
        <Stack gap="sm">
          <Pace message={message} rate={rate} />
          <OutcomeBar counts={counts} height={14} label="Progress of this message" />
          <OutcomeLegend counts={counts} />
          <Spoken message={message} />
        </Stack>
      </Section>
      <Heard message={message} />
      <Section title="By platform" flush>
        <PlatformRows byPlatform={message.by_platform} />
      </Section>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Section title="Failed, by reason">
          <ReasonList messageId={message.id} status="failed" reasons={message.failed} />
          {message.retired_tokens > 0 && (
            <Text c="dimmed" mt="sm">
              {counted(message.retired_tokens, 'token')} retired, because the provider said that they are
              dead.
            </Text>
          )}
        </Section>
        <Section title="Excluded, by reason">
          <ReasonList messageId={message.id} status="excluded" reasons={message.excluded} />
        </Section>
      </SimpleGrid>
    </Stack>
  )
}

const reactions = {
  push: { title: 'What people did', types: ['received', 'opened', 'clicked'] },
  pass: { title: 'What people did', types: ['received', 'opened', 'clicked'] },
  email: { title: 'What came back', types: ['bounced', 'complained', 'unsubscribed'] },
  sms: { title: 'What came back', types: ['delivered', 'undelivered', 'unsubscribed'] },
} as const satisfies Record<Channel, { title: string; types: readonly string[] }>

/** Devices report for themselves; of addresses and numbers only providers and people tell. */
function Heard({ message: { channel, counts, heard } }: { message: Message }) {
  const { title, types } = reactions[channel as Channel]
  const all: Record<string, number> = { ...counts, ...heard }
  return (
    <Section title={title} description="Of those it was sent to.">
      <SimpleGrid cols={3}>
        {types.map((type) => (
          <Group key={type} align="baseline" gap="xs">
            <Figure label={words(type)} value={count(all[type] ?? 0)} />
            <Text c="dimmed">{percent(all[type] ?? 0, counts.sent)}</Text>
          </Group>
        ))}
      </SimpleGrid>
    </Section>
  )
}

function Pace({ message, rate }: { message: Message; rate: number | null }) {
  const { counts, status } = message
  const eta = etaSeconds(counts.pending, rate)
  const elapsedMs = elapsed(message)
  return (
    <Group gap="xl" align="flex-start">
      <Figure
        label={message.freezing && counts.targeted > 0 ? 'Targeted so far' : 'Targeted'}
        value={count(counts.targeted)}
      />
      <Figure label="Settled" value={percent(counts.targeted - counts.pending, counts.targeted)} />
      {status === 'sending' && (
        <Figure label="Per second" value={rate === null ? '–' : count(Math.round(rate))} />
      )}
      {status === 'sending' && (
        <Figure label="Time left" value={eta === null ? '–' : `about ${duration(Math.max(1, eta))}`} />
      )}
      {elapsedMs !== null && (
        <Figure label={isFinal(status) ? 'Took' : 'Running for'} value={duration(elapsedMs / 1000)} />
      )}
      {status === 'scheduled' && <Figure label="Starts" value={moment(message.start_at)} />}
    </Group>
  )
}

function elapsed({ started_at, finished_at }: Message): number | null {
  if (!started_at) return null
  const end = finished_at ? new Date(finished_at).getTime() : Date.now()
  return end - new Date(started_at).getTime()
}

/** What stands in the way now, such as a provider that refuses our credential. */
function Holds({ message }: { message: Message }) {
  return message.holds.map(({ platform, reason, detail, until }) => (
    <Alert
      key={platform + reason}
      // Quiet hours are a rule at work, and nothing to see to.
      color={reason === 'quiet_hours' ? 'gray' : 'yellow'}
      icon={reason === 'quiet_hours' ? <IconMoon size={17} /> : <IconAlertTriangle size={17} />}
      title={`${isPlatform(platform) ? platformNames[platform].name : platform} is held: ${words(reason).toLowerCase()}`}
      role="status"
    >
      {detail}
      {until && ` The next try is at ${moment(until)}.`}
    </Alert>
  ))
}

/** Whole percents only, so that a screen reader is not flooded. */
function Spoken({ message: { counts, status } }: { message: Message }) {
  const settled =
    counts.targeted > 0 ? Math.floor(((counts.targeted - counts.pending) / counts.targeted) * 100) : 0
  return (
    <VisuallyHidden role="status" aria-live="polite">
      {words(status)}, {settled} percent settled
    </VisuallyHidden>
  )
}
