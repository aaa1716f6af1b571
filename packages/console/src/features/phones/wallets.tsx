import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconWallet } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { words } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { createWallet, useWallets, walletsKey } from '../../shared/sandbox-wallets.ts'
import { EmptyState, FormFailure, Loaded } from '../../shared/states.tsx'
import classes from './phones-page.module.css'
import { VirtualWallet } from './virtual-wallet.tsx'

/** What Apple answers to an update push for this device. */
const scenarios = ['ok', 'unregistered', 'unavailable', 'throttled', 'bad_token']

export function Wallets() {
  const wallets = useWallets(true)
  const [opened, { open, close }] = useDisclosure(false)
  const add = (
    <Button variant="default" leftSection={<IconPlus size={15} />} onClick={open}>
      Add a wallet
    </Button>
  )
  return (
    <Section
      title="Wallets"
      description="Apple Wallet on virtual iPhones: passes are checked as Wallet checks them, registered and updated."
      actions={add}
    >
      <Loaded query={wallets}>
        {(all) =>
          all.length === 0 ? (
            <EmptyState icon={IconWallet} title="No wallet yet">
              Add one, then add a pass to it by its link.
            </EmptyState>
          ) : (
            <ul className={classes.row} aria-label="Wallets">
              {all.map((wallet) => (
                <li key={wallet.id}>
                  <VirtualWallet wallet={wallet} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <Modal opened={opened} onClose={close} title="Add a wallet">
        <AddWallet onAdded={close} />
      </Modal>
    </Section>
  )
}

function AddWallet({ onAdded }: { onAdded: () => void }) {
  const cache = useQueryClient()
  const [name, setName] = useState('My iPhone')
  const [scenario, setScenario] = useState('ok')
  const add = useMutation({
    mutationFn: () => createWallet({ name, scenario }),
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: walletsKey })
      onAdded()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="Behaviour"
          description="What Apple answers to update pushes for it"
          allowDeselect={false}
          data={scenarios.map((value) => ({ value, label: words(value) }))}
          value={scenario}
          onChange={(value) => value && setScenario(value)}
        />
        <FormFailure error={add.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending}>
            Add
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
