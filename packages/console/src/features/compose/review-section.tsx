import { createMessage, listMessages } from '@carillon/contract'
import { Anchor, Button, Group, List, Stack, Text, TextInput, ThemeIcon } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconSend, IconX } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { UnreachableError } from '../../shared/failure.ts'
import { count, counted } from '../../shared/format.ts'
import { useCan, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import type { Finding } from './compose-checks.ts'
import { type ComposeDraft, guardFor, type MessageBody, toMessage } from './compose-draft.ts'

/** Above this many devices the number has to be typed. */
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
          ? 'How many devices this reaches is not known yet.'
          : `Expected: ${counted(expected, 'device')}.`}
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
            : draft.delivery.when === 'later'
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

/**
 * Launches once: the same message sent again because no answer came carries the same Idempotency-Key.
 * An answer, even a refusal, ends that; the next try is a new request.
 */
export function useLaunch() {
  const write = useWrite(createMessage, { refreshes: [listMessages], showsFailure: true })
  const open = useRef<{ body: string; key: string } | null>(null)
  const run = (message: MessageBody, onLaunched: (messageId: string) => void) => {
    const body = JSON.stringify(message)
    if (open.current?.body !== body) open.current = { body, key: randomKey() }
    write.mutate(
      { input: { body: message }, idempotencyKey: open.current.key },
      {
        onSuccess: ({ id }) => onLaunched(id),
        onSettled: (_, error) => {
          if (!(error instanceof UnreachableError)) open.current = null
        },
      },
    )
  }
  return { run, isPending: write.isPending, error: write.error }
}

/** `crypto.randomUUID` is missing where the console is not served from localhost or by https. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
