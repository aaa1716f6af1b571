import {
  excludedReasons,
  failedReasons,
  listRecipients,
  type Message,
  outcomes,
  type Recipient,
  wallTime,
} from '@carillon/contract'
import { Drawer, Group, Select, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconUsersGroup } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { Copyable } from '../../shared/copyable.tsx'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { moment, words } from '../../shared/format.ts'
import { ButtonLink, TextLink } from '../../shared/links.tsx'
import { Facts, Section } from '../../shared/page.tsx'
import { UserSelect } from '../../shared/pickers.tsx'
import { PlatformLabel } from '../../shared/platforms.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { reasonSentence } from './reason-list.tsx'

const route = getRouteApi('/shell/messages/$messageId')
const reasons = Object.keys({ ...failedReasons, ...excludedReasons })

export function Recipients({ message }: { message: Message }) {
  const { status, reason } = route.useSearch()
  const [opened, setOpened] = useState<Recipient>()
  const pages = usePages(
    listRecipients,
    { params: { id: message.id }, query: { status, reason } },
    { refetchMs: 5_000 },
  )
  return (
    <Stack>
      <Filters message={message} />
      <Section flush>
        <DataTable
          caption="Recipients"
          pages={pages}
          columns={recipientColumns(setOpened, message.experiment !== null)}
          rowKey={({ delivery_id }) => delivery_id}
          empty={<EmptyState icon={IconUsersGroup} title="No recipient here" />}
        />
      </Section>
      <Drawer opened={Boolean(opened)} onClose={() => setOpened(undefined)} title="Delivery">
        {opened && <Delivery recipient={opened} messageId={message.id} />}
      </Drawer>
    </Stack>
  )
}

const nowrap = { whiteSpace: 'nowrap' } as const

function recipientColumns(open: (recipient: Recipient) => void, hasVariants: boolean): Column<Recipient>[] {
  return [
    {
      title: 'Delivery',
      render: (recipient) => (
        <UnstyledButton onClick={() => open(recipient)} fz="sm" td="underline" style={nowrap}>
          …{recipient.delivery_id.slice(-8)}
        </UnstyledButton>
      ),
    },
    {
      title: 'User',
      from: 'md',
      render: ({ user_id }) =>
        user_id ? (
          <TextLink to="/users/$userId" params={{ userId: user_id }} size="sm" style={nowrap}>
            …{user_id.slice(-8)}
          </TextLink>
        ) : (
          '–'
        ),
    },
    { title: 'Platform', render: ({ platform }) => (platform ? <PlatformLabel platform={platform} /> : '–') },
    ...(hasVariants
      ? [{ title: 'Variant', from: 'sm' as const, render: ({ variant }: Recipient) => variant ?? '–' }]
      : []),
    { title: 'Status', render: (recipient) => <StatusPill status={recipient.status} /> },
    {
      title: 'Why',
      from: 'sm',
      minWidth: 180,
      render: ({ reason }) => (reason ? <Text c="dimmed">{reasonSentence(reason)}</Text> : '–'),
    },
    { title: 'Provider said', from: 'lg', render: ({ provider_code }) => provider_code ?? '–' },
    { title: 'Tries', numeric: true, from: 'lg', render: ({ attempts }) => attempts },
    { title: 'Did', from: 'md', render: ({ interactions }) => interactions.join(', ') || '–' },
    { title: 'At', from: 'sm', render: ({ at, due_at }) => <TimeText time={at ?? due_at} /> },
  ]
}

function Filters({ message }: { message: Message }) {
  const { status, reason } = route.useSearch()
  const navigate = useNavigate()
  const params = { messageId: message.id }
  const show = (change: { status?: typeof status; reason?: string }) =>
    void navigate({
      to: '/messages/$messageId',
      params,
      search: { tab: 'recipients', status, reason, ...change },
      replace: true,
    })
  return (
    <Group gap="xs" align="flex-end">
      <Select
        label="Status"
        placeholder="All"
        clearable
        w={130}
        data={['pending' as const, ...outcomes].map((value) => ({ value, label: words(value) }))}
        value={status ?? null}
        onChange={(next) => show({ status: next ?? undefined, reason: undefined })}
      />
      <Select
        label="Reason"
        placeholder="All"
        clearable
        searchable
        w={220}
        data={reasons.map((value) => ({ value, label: words(value) }))}
        value={reason ?? null}
        onChange={(next) => show({ reason: next ?? undefined })}
      />
      <UserSelect
        label="Why did somebody get it, or not?"
        placeholder="Search a user"
        w={240}
        value={undefined}
        onChange={(userId) =>
          userId && void navigate({ to: '/messages/$messageId/why/$userId', params: { ...params, userId } })
        }
      />
    </Group>
  )
}

function Delivery({ recipient, messageId }: { recipient: Recipient; messageId: string }) {
  return (
    <Stack>
      <Facts facts={deliveryFacts(recipient)} />
      {recipient.user_id && (
        <Group>
          <ButtonLink to="/messages/$messageId/why/$userId" params={{ messageId, userId: recipient.user_id }}>
            Why this outcome?
          </ButtonLink>
        </Group>
      )}
    </Stack>
  )
}

/** By the clock of whom it is for, and here. */
function dueText({ due_at, zone }: Recipient): string | null {
  if (due_at === null || zone === null) return null
  return `${wallTime(new Date(due_at), zone).replace('T', ' ')} in ${zone}; ${moment(due_at)} here`
}

/** What is known of one delivery; what is not is left out. */
export function deliveryFacts(r: Recipient) {
  const facts: [string, ReactNode][] = [
    ['Status', <StatusPill key="status" status={r.status} />],
    ['Variant', r.variant],
    ['Reason', r.reason && reasonSentence(r.reason)],
    ['Provider said', r.provider_code && `${r.provider_status ?? ''} ${r.provider_code}`.trim()],
    ['In its words', r.detail],
    [
      'Provider id',
      r.provider_id && <Copyable key="provider" value={r.provider_id} label="Copy the provider's id" />,
    ],
    ['Tries', r.attempts],
    ['At', r.at && <TimeText key="at" time={r.at} />],
    ['Due', dueText(r)],
    ['Interactions', r.interactions.join(', ') || null],
    [
      'User',
      r.user_id && (
        <TextLink key="user" to="/users/$userId" params={{ userId: r.user_id }}>
          {r.user_id}
        </TextLink>
      ),
    ],
    [
      'Subscription',
      r.subscription_id && (
        <TextLink key="subscription" to="/subscriptions" search={{ open: r.subscription_id }}>
          {r.subscription_id}
        </TextLink>
      ),
    ],
    ['Delivery id', <Copyable key="delivery" value={r.delivery_id} label="Copy the delivery id" />],
  ]
  return facts.filter(([, value]) => value !== null && value !== '')
}
