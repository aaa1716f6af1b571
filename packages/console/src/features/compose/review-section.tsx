import { Anchor, Button, Group, List, Stack, Text, TextInput, ThemeIcon } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconSend, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { count, counted } from '../../shared/format.ts'
import { useCan } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import type { Finding } from './compose-checks.ts'
import { type ComposeDraft, guardFor, toMessage } from './compose-draft.ts'
import type { useLaunch } from './use-launch.ts'

/** Above this many recipients the number has to be typed. */
const typedAbove = 1_000

interface ReviewSectionProps {
  draft: ComposeDraft
  expected: number | null
  findings: readonly Finding[]
  launch: ReturnType<typeof useLaunch>
  onLaunched: (messageId: string) => void
}

export function ReviewSection({ draft, expected, findings, launch, onLaunched }: ReviewSectionProps) {
  const [typed, setTyped] = useState('')
  const may = useCan('messages:send')
  const message = toMessage(draft, expected === null ? null : guardFor(expected))
  const asksForNumber = !draft.delivery.dryRun && expected !== null && expected > typedAbove
  const confirmed = !asksForNumber || typed.replaceAll(/\D/g, '') === String(expected)
  const blocked = findings.some(({ severity }) => severity === 'error')
  return (
    <Stack>
      <Checklist findings={findings} />
      <Text>
        {expected === null
          ? 'How many this reaches is not known yet.'
          : `Expected: ${counted(expected, 'recipient')}.`}
      </Text>
      {asksForNumber && (
        <TextInput
          label={`Type ${count(expected)} to confirm that you mean so many`}
          maw={320}
          inputMode="numeric"
          autoComplete="off"
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      <FormFailure error={launch.error} />
      <Group>
        <Button
          size="sm"
          leftSection={<IconSend size={15} />}
          disabled={!may || blocked || !confirmed || !message}
          loading={launch.isPending}
          onClick={() => message && launch.run(message, onLaunched)}
        >
          {draft.delivery.dryRun
            ? 'Start the dry run'
            : draft.delivery.when === 'later' || draft.delivery.timing.turn === 'local_time'
              ? 'Schedule'
              : 'Launch'}
        </Button>
      </Group>
    </Stack>
  )
}

function Checklist({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) {
    return (
      <Group gap="xs">
        <ThemeIcon size={18} radius="xl" color="green">
          <IconCheck size={12} aria-hidden />
        </ThemeIcon>
        <Text>Nothing stands in the way.</Text>
      </Group>
    )
  }
  return (
    <List spacing={6} listStyleType="none" aria-label="To look at before launching">
      {findings.map(({ severity, section, sentence }) => (
        <List.Item
          key={sentence}
          icon={
            <ThemeIcon
              size={18}
              radius="xl"
              color={severity === 'error' ? 'red' : 'yellow'}
              aria-label={severity}
            >
              {severity === 'error' ? <IconX size={12} /> : <IconAlertTriangle size={11} />}
            </ThemeIcon>
          }
        >
          {sentence} <Anchor href={`#section-${section}`}>Section {section}</Anchor>
        </List.Item>
      ))}
    </List>
  )
}
