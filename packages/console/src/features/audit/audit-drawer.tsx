import type { AuditEntry } from '@carillon/contract'
import { Code, Drawer } from '@mantine/core'
import type { ReactNode } from 'react'
import { Copyable } from '../../shared/copyable.tsx'
import { moment, words } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'
import { Facts } from '../../shared/page.tsx'
import { actionWords, thingWords } from './audit-words.ts'

export function AuditDrawer({ entry, onClose }: { entry: AuditEntry | undefined; onClose: () => void }) {
  return (
    <Drawer opened={Boolean(entry)} onClose={onClose} title={entry && actionWords(entry.action)}>
      {entry && <Entry entry={entry} />}
    </Drawer>
  )
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { actor, resource, message_id: messageId, fields } = entry
  return (
    <Facts
      facts={[
        ['When', moment(entry.at)],
        ['Who', actor.name],
        ['Credential', <Copyable key="actor" value={actor.id} label="Copy the actor's id" />],
        ['To which', <Thing key="thing" resource={resource} />],
        ...(messageId
          ? [['Sent', <Thing key="message" resource={{ kind: 'messages', id: messageId }} />] as const]
          : []),
        ['Fields', fields.map(words).join(', ') || 'None'],
        [
          'Request',
          entry.path && (
            <Code key="path" style={{ overflowWrap: 'anywhere' }}>
              {entry.method} {entry.path}
            </Code>
          ),
        ],
        ['Answer', entry.status],
        [
          'Request id',
          entry.request_id && <Copyable key="id" value={entry.request_id} label="Copy the request id" />,
        ],
        ['Address', entry.address],
      ]}
    />
  )
}

/** With the way to it, where the console has a page for such a thing. */
function Thing({ resource }: { resource: AuditEntry['resource'] }) {
  const { kind, id } = resource
  const page = id && pages[kind]?.(id)
  return page ? page : thingWords(resource)
}

const pages: Record<string, (id: string) => ReactNode> = {
  apps: (id) => (
    <TextLink to="/apps/$appId" params={{ appId: id }}>
      {thingWords({ kind: 'apps', id })}
    </TextLink>
  ),
  users: (id) => (
    <TextLink to="/users/$userId" params={{ userId: id }}>
      {thingWords({ kind: 'users', id })}
    </TextLink>
  ),
  subscriptions: (id) => (
    <TextLink to="/subscriptions" search={{ open: id }}>
      {thingWords({ kind: 'subscriptions', id })}
    </TextLink>
  ),
  segments: (id) => (
    <TextLink to="/segments/$segmentId" params={{ segmentId: id }}>
      {thingWords({ kind: 'segments', id })}
    </TextLink>
  ),
  templates: (id) => (
    <TextLink to="/templates/$templateId" params={{ templateId: id }}>
      {thingWords({ kind: 'templates', id })}
    </TextLink>
  ),
  campaigns: (id) => (
    <TextLink to="/campaigns/$campaignId" params={{ campaignId: id }}>
      {thingWords({ kind: 'campaigns', id })}
    </TextLink>
  ),
  'event-definitions': (id) => (
    <TextLink to="/events/$eventId" params={{ eventId: id }}>
      {thingWords({ kind: 'events', id })}
    </TextLink>
  ),
  webhooks: (id) => (
    <TextLink to="/webhooks/$webhookId" params={{ webhookId: id }}>
      {thingWords({ kind: 'webhooks', id })}
    </TextLink>
  ),
  messages: (id) => (
    <TextLink to="/messages/$messageId" params={{ messageId: id }}>
      {thingWords({ kind: 'messages', id })}
    </TextLink>
  ),
}
