import { Badge, Button, Drawer, Group, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconMailbox, IconPaperclip } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { CodeBlock, Copyable } from '../../shared/copyable.tsx'
import { EmailBody } from '../../shared/devices/email-preview.tsx'
import { ago, bytes, moment } from '../../shared/format.ts'
import { Facts, Section } from '../../shared/page.tsx'
import {
  clearEmails,
  type ReportKind,
  reportBack,
  type SandboxEmail,
  unsubscribeAtOnce,
  useEmails,
} from '../../shared/sandbox-mail.ts'
import { showFailure } from '../../shared/server.ts'
import { EmptyState, Loaded } from '../../shared/states.tsx'
import classes from './mailbox.module.css'
import { MessageLink } from './notification-details.tsx'

const shownAtFirst = 20

/** What the sandbox's mail server took, whoever it was for. */
export function Mailbox({ onCleared }: { onCleared: () => void }) {
  const emails = useEmails(true)
  const [all, setAll] = useState(false)
  const [openId, setOpenId] = useState<string>()
  const opened = emails.data?.find(({ id }) => id === openId)
  return (
    <Section
      title="Mailbox"
      description="Any address will do. bounce@…, full@…, greylist@…, policy@…, spam@… and drop@… do as they say, also after a plus."
      actions={
        <Button variant="default" onClick={() => void clearEmails().then(onCleared, showFailure)}>
          Empty it
        </Button>
      }
    >
      <Loaded query={emails}>
        {(found) =>
          found.length === 0 ? (
            <EmptyState icon={IconMailbox} title="No email yet">
              Send a message through the email channel of an app that has the sandbox's credential.
            </EmptyState>
          ) : (
            <>
              <ul className={classes.list} aria-label="Emails" aria-live="polite">
                {found.slice(0, all ? undefined : shownAtFirst).map((email) => (
                  <li key={email.id}>
                    <EmailRow email={email} onOpen={() => setOpenId(email.id)} />
                  </li>
                ))}
              </ul>
              {!all && found.length > shownAtFirst && (
                <Group justify="center" mt="sm">
                  <Button variant="default" onClick={() => setAll(true)}>
                    Show all {found.length}
                  </Button>
                </Group>
              )}
            </>
          )
        }
      </Loaded>
      <Drawer
        opened={opened !== undefined}
        onClose={() => setOpenId(undefined)}
        title={opened?.subject ?? 'Email'}
        size="lg"
      >
        {opened && <OpenEmail key={opened.id} email={opened} />}
      </Drawer>
    </Section>
  )
}

function EmailRow({ email, onOpen }: { email: SandboxEmail; onOpen: () => void }) {
  return (
    <UnstyledButton className={classes.row} onClick={onOpen}>
      <Text component="span" truncate className={classes.to}>
        {email.to}
      </Text>
      <Text component="span" fw={600} truncate className={classes.subject}>
        {email.subject}
      </Text>
      <Group gap={5} wrap="nowrap" className={classes.when}>
        {email.attachments.length > 0 && <IconPaperclip size={14} aria-label="has attachments" />}
        <Text component="span" c="dimmed">
          {ago(email.received_at)}
        </Text>
      </Group>
    </UnstyledButton>
  )
}

function OpenEmail({ email }: { email: SandboxEmail }) {
  const { delivery_id, attachments, headers } = email
  return (
    <Stack>
      <Facts
        facts={[
          ['From', email.from],
          ['To', email.to],
          ['Arrived', moment(email.received_at)],
          ['Connection', email.encrypted ? 'Encrypted' : 'In the clear'],
          ['Size', bytes(email.size)],
          ['Message', delivery_id && <MessageLink key="m" deliveryId={delivery_id} />],
          [
            'Delivery id',
            delivery_id && <Copyable key="d" value={delivery_id} label="Copy the delivery id" />,
          ],
        ]}
      />
      <Answers email={email} />
      <EmailBody html={email.html} text={email.text} />
      {attachments.map(({ filename, size }) => (
        <Group key={filename} gap={5}>
          <IconPaperclip size={15} aria-hidden />
          <Text>{filename}</Text>
          <Text c="dimmed">{bytes(size)}</Text>
        </Group>
      ))}
      <Text fw={500}>Headers</Text>
      <CodeBlock
        code={headers.map(({ name, value }) => `${name}: ${value}`).join('\n')}
        label="Copy the headers"
        maxHeight={280}
      />
    </Stack>
  )
}

/** What its reader, or their mail server, may do about it. */
function Answers({ email: { id, unsubscribe } }: { email: SandboxEmail }) {
  const [done, setDone] = useState<string>()
  const act = useMutation({
    mutationFn: async ({ run }: { run: () => Promise<void>; said: string }) => run(),
    onSuccess: (_, { said }) => setDone(said),
    onError: showFailure,
  })
  const report = (kind: ReportKind, said: string) => act.mutate({ run: () => reportBack(id, kind), said })
  const { url, one_click } = unsubscribe
  return (
    <Group gap="xs">
      {url && one_click && (
        <Button
          variant="default"
          loading={act.isPending}
          onClick={() => act.mutate({ run: () => unsubscribeAtOnce(url), said: 'Unsubscribed' })}
        >
          Unsubscribe
        </Button>
      )}
      <Button variant="default" loading={act.isPending} onClick={() => report('complaint', 'Called spam')}>
        Call it spam
      </Button>
      <Button variant="default" loading={act.isPending} onClick={() => report('bounce', 'Bounced')}>
        Let it bounce
      </Button>
      <div aria-live="polite">{done && <Badge>{done}</Badge>}</div>
    </Group>
  )
}
