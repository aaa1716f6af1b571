import { type AnswerOf, getMessage, getUser, whyMessage } from '@carillon/contract'
import { Alert, SimpleGrid, Stack, Text, ThemeIcon, Timeline } from '@mantine/core'
import { IconCheck, IconMinus, IconX } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { moment, words } from '../../shared/format.ts'
import { BackLink, TextLink } from '../../shared/links.tsx'
import { Facts, Page, Section } from '../../shared/page.tsx'
import { userName } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { deliveryFacts } from './recipients.tsx'

const route = getRouteApi('/shell/messages/$messageId/why/$userId')

type Answer = AnswerOf<typeof whyMessage>
type Step = Answer['audience'][number]

/** Why one message did, or did not, reach one person; also for people who were not targeted. */
export function WhyPage() {
  const { messageId, userId } = route.useParams()
  const why = useRead(whyMessage, { params: { id: messageId }, query: { user_id: userId } })
  const user = useRead(getUser, { params: { id: userId } })
  const message = useRead(getMessage, { params: { id: messageId } })
  const name = user.data ? userName(user.data) : 'this user'
  return (
    <Page
      title={`Why ${name}?`}
      back={
        <BackLink to="/messages/$messageId" params={{ messageId }}>
          {message.data?.title ?? 'Message'}
        </BackLink>
      }
      description={
        <TextLink to="/users/$userId" params={{ userId }}>
          Open {name}
        </TextLink>
      }
    >
      <Loaded query={why}>{(answer) => <WhyAnswer answer={answer} />}</Loaded>
    </Page>
  )
}

function WhyAnswer({ answer }: { answer: Answer }) {
  return (
    <Stack>
      <Alert color={answer.targeted ? 'bell' : 'gray'} title={answer.targeted ? 'Targeted' : 'Not targeted'}>
        {answer.answer}
      </Alert>
      <Section title="Audience" description="How this person does against each part of it.">
        <Trace steps={answer.audience} />
      </Section>
      {answer.deliveries.map(({ recipient, trace }) => (
        <Section
          key={recipient.delivery_id}
          title={`Delivery …${recipient.delivery_id.slice(-8)}`}
          description="Every decision, in the order in which it was made."
        >
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
            <Trace steps={trace} />
            <Facts facts={deliveryFacts(recipient)} />
          </SimpleGrid>
        </Section>
      ))}
    </Stack>
  )
}

function Trace({ steps }: { steps: readonly Step[] }) {
  if (steps.length === 0) return <Text c="dimmed">Nothing was decided.</Text>
  return (
    <Timeline bulletSize={20} lineWidth={2}>
      {steps.map((step, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a trace is an order, and a step may come twice
        <Timeline.Item key={place} title={words(step.step)} bullet={<Verdict ok={step.ok} />}>
          <Text c="dimmed">{step.detail}</Text>
          {step.at && (
            <Text size="xs" c="dimmed">
              {moment(step.at)}
            </Text>
          )}
        </Timeline.Item>
      ))}
    </Timeline>
  )
}

function Verdict({ ok }: { ok: boolean | null }) {
  if (ok === null) {
    return (
      <ThemeIcon size={18} radius="xl" color="gray" aria-label="not decided">
        <IconMinus size={12} />
      </ThemeIcon>
    )
  }
  return (
    <ThemeIcon size={18} radius="xl" color={ok ? 'green' : 'red'} aria-label={ok ? 'passed' : 'stopped here'}>
      {ok ? <IconCheck size={12} /> : <IconX size={12} />}
    </ThemeIcon>
  )
}
