import { Button, Group, Modal } from '@mantine/core'
import { useDisclosure, useThrottledCallback } from '@mantine/hooks'
import { IconDeviceMobile, IconDeviceMobileOff, IconPlus } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Page, Section } from '../../shared/page.tsx'
import {
  clearPhones,
  type Phone,
  phonesKey,
  useHasSandbox,
  usePhoneArrivals,
  usePhones,
} from '../../shared/sandbox.ts'
import { emailsKey } from '../../shared/sandbox-mail.ts'
import { clearConversations, conversationsKey } from '../../shared/sandbox-texts.ts'
import { walletsKey } from '../../shared/sandbox-wallets.ts'
import { showFailure } from '../../shared/server.ts'
import { EmptyState, Loaded } from '../../shared/states.tsx'
import { AddPhone } from './add-phone.tsx'
import { Conversations } from './conversations.tsx'
import { FaultPanel } from './fault-panel.tsx'
import { Mailbox } from './mailbox.tsx'
import classes from './phones-page.module.css'
import { VirtualPhone } from './virtual-phone.tsx'
import { Wallets } from './wallets.tsx'

export function PhonesPage() {
  const hasSandbox = useHasSandbox()
  const cache = useQueryClient()
  const refresh = () => {
    void cache.invalidateQueries({ queryKey: phonesKey })
    void cache.invalidateQueries({ queryKey: walletsKey })
    void cache.invalidateQueries({ queryKey: emailsKey })
    void cache.invalidateQueries({ queryKey: conversationsKey })
  }
  const phones = usePhones(hasSandbox)
  // A large send arrives thousands of times a second.
  usePhoneArrivals(hasSandbox, useThrottledCallback(refresh, 500))
  const [opened, { open, close }] = useDisclosure(false)
  const add = (
    <Button leftSection={<IconPlus size={15} />} onClick={open}>
      Add a virtual phone
    </Button>
  )
  if (!hasSandbox) return <NoSandbox />
  return (
    <Page
      title="Virtual phones"
      description="Devices of the built-in sandbox. They receive through emulated providers what a real device would."
      actions={
        <Group gap="xs">
          <Button
            variant="default"
            onClick={() => void Promise.all([clearPhones(), clearConversations()]).then(refresh, showFailure)}
          >
            Clear
          </Button>
          {add}
        </Group>
      }
    >
      <Loaded query={phones}>
        {(all) =>
          all.length === 0 ? (
            <Section>
              <EmptyState icon={IconDeviceMobile} title="No virtual phone yet" action={add}>
                Add one, send it a message, and see it arrive here.
              </EmptyState>
            </Section>
          ) : (
            <PhoneRow phones={all} />
          )
        }
      </Loaded>
      <Conversations />
      <Mailbox onCleared={refresh} />
      <Wallets />
      <FaultPanel />
      <Modal opened={opened} onClose={close} title="Add a virtual phone">
        <AddPhone
          onAdded={() => {
            close()
            refresh()
          }}
        />
      </Modal>
    </Page>
  )
}

/** The sandbox lists the named ones first, then up to two hundred that received something lately. */
const shownAtFirst = 12

function PhoneRow({ phones }: { phones: readonly Phone[] }) {
  const [all, setAll] = useState(false)
  const shown = all ? phones : phones.slice(0, shownAtFirst)
  return (
    <>
      <ul className={classes.row} aria-label="Virtual phones">
        {shown.map((phone) => (
          <li key={phone.id}>
            <VirtualPhone phone={phone} />
          </li>
        ))}
      </ul>
      {shown.length < phones.length && (
        <Group justify="center">
          <Button variant="default" onClick={() => setAll(true)}>
            Show all {phones.length}
          </Button>
        </Group>
      )}
    </>
  )
}

function NoSandbox() {
  return (
    <Page title="Virtual phones">
      <Section>
        <EmptyState icon={IconDeviceMobileOff} title="No sandbox stands behind this server">
          `npm start` brings one; a production server talks to the real providers.
        </EmptyState>
      </Section>
    </Page>
  )
}
