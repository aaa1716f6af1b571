import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconMessage, IconSend } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import bubbles from '../../shared/devices/sms-preview.module.css'
import { counted, words } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import {
  type Conversation,
  type SandboxText,
  useAnswerText,
  useConversations,
} from '../../shared/sandbox-texts.ts'
import { EmptyState, FormFailure, Loaded } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import classes from './phones-page.module.css'

/** The sandbox keeps two hundred conversations, the one that was written to last first. */
const shownAtFirst = 9

/** Text messages as the phones have them, and a line to answer. */
export function Conversations() {
  const conversations = useConversations(true)
  const [all, setAll] = useState(false)
  return (
    <Section
      title="Text messages"
      description="Any number will do. Those that begin with +999 misbehave: +99901… does not exist, +99903… has opted out, +99907… stays undelivered."
    >
      <Loaded query={conversations}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState icon={IconMessage} title="No text yet">
              Give an app the sandbox’s account for SMS, then send a message to a number.
            </EmptyState>
          ) : (
            <Stack>
              <ul className={classes.row} aria-label="Conversations">
                {(all ? found : found.slice(0, shownAtFirst)).map((conversation) => (
                  <li key={conversation.id}>
                    <OneConversation conversation={conversation} />
                  </li>
                ))}
              </ul>
              {!all && found.length > shownAtFirst && (
                <Group justify="center">
                  <Button variant="default" onClick={() => setAll(true)}>
                    Show all {found.length}
                  </Button>
                </Group>
              )}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  )
}

function OneConversation({
  conversation: { id, number, sender, provider, texts },
}: {
  conversation: Conversation
}) {
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap={4}>
        <Text fw={600}>{number}</Text>
        <Text size="xs" c="dimmed">
          {sender}, {provider === 'twilio' ? 'Twilio' : 'SMPP'}
        </Text>
      </Group>
      <div className={bubbles.screen} aria-live="polite">
        {texts.slice(-6).map((text) => (
          <Bubble key={text.id} text={text} />
        ))}
      </div>
      <Answer id={id} number={number} />
    </Stack>
  )
}

function Bubble({ text: { direction, text, at, segments, encoding, receipts } }: { text: SandboxText }) {
  const isOwn = direction === 'from_phone'
  const counts =
    segments === undefined ? [] : [counted(segments, 'segment'), encoding === 'ucs2' ? 'UCS-2' : 'GSM-7']
  const told = [...counts, ...receipts.map(({ status }) => words(status.toLowerCase()))].join(', ')
  return (
    <>
      <div className={`${bubbles.bubble} ${isOwn ? bubbles.own : ''}`}>{text}</div>
      <Text size="xs" c="dimmed" ta={isOwn ? 'right' : 'left'}>
        <TimeText time={at} />
        {told && `, ${told}`}
      </Text>
    </>
  )
}

function Answer({ id, number }: { id: string; number: string }) {
  const [text, setText] = useState('')
  const answer = useAnswerText(id)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    answer.mutate(text, { onSuccess: () => setText('') })
  }
  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <TextInput
          flex={1}
          aria-label={`Answer as ${number}`}
          placeholder="STOP, START, HELP or anything"
          required
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={answer.isPending} aria-label="Send the answer">
          <IconSend size={15} />
        </Button>
      </Group>
      <FormFailure error={answer.error} />
    </form>
  )
}
