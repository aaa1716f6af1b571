import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconWallet } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { PassCard } from '../../shared/devices/pass-card.tsx'
import { SideSwitch } from '../../shared/devices/pass-preview.tsx'
import { ago, counted, words } from '../../shared/format.ts'
import {
  addPass,
  removePass,
  removeWallet,
  type Wallet,
  type WalletPass,
  walletsKey,
} from '../../shared/sandbox-wallets.ts'
import { showFailure } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

export function VirtualWallet({ wallet }: { wallet: Wallet }) {
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: walletsKey })
  const remove = () => void removeWallet(wallet.id).then(refresh, showFailure)
  return (
    <Stack gap="xs" w={330} maw="100%">
      <Group justify="space-between" wrap="nowrap">
        <Group gap={5} wrap="nowrap" miw={0}>
          <IconWallet size={15} stroke={1.6} aria-hidden />
          <Text fw={600} truncate>
            {wallet.name}
          </Text>
          {wallet.scenario !== 'ok' && <Text c="dimmed">{words(wallet.scenario)}</Text>}
        </Group>
        <Button size="compact-xs" variant="default" onClick={remove}>
          Remove
        </Button>
      </Group>
      <AddPass walletId={wallet.id} onAdded={refresh} />
      {wallet.fault && (
        <Alert color="red" title="The last update did not come">
          {wallet.fault}
        </Alert>
      )}
      <Stack aria-live="polite">
        {wallet.passes.map((pass) => (
          <HeldPass
            key={pass.serial}
            pass={pass}
            onRemove={() => void removePass(wallet.id, pass.serial).then(refresh, showFailure)}
          />
        ))}
      </Stack>
    </Stack>
  )
}

function AddPass({ walletId, onAdded }: { walletId: string; onAdded: () => Promise<void> }) {
  const [url, setUrl] = useState('')
  const add = useMutation({
    mutationFn: () => addPass(walletId, url),
    onSuccess: async () => {
      setUrl('')
      await onAdded()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    add.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Group gap={6} wrap="nowrap" align="flex-start">
        <TextInput
          flex={1}
          aria-label="Link of a pass"
          placeholder="Link of a pass, …/p/…"
          required
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" loading={add.isPending}>
          Add
        </Button>
      </Group>
      <FormFailure error={add.error} />
    </form>
  )
}

function HeldPass({ pass, onRemove }: { pass: WalletPass; onRemove: () => void }) {
  const [side, setSide] = useState<'front' | 'back'>('front')
  const image = (name: string, className: string | undefined) => {
    const source = pass.images[`${name}@2x`] ?? pass.images[name]
    return source ? <img src={source} alt="" className={className} /> : null
  }
  return (
    <Stack gap={6}>
      {pass.notices
        .slice(-3)
        .reverse()
        .map(({ text, at }) => (
          <Alert key={at + text} color="gray" p="xs">
            {text} · {ago(at)}
          </Alert>
        ))}
      <PassCard pass={pass.json} side={side} image={image} />
      <Group justify="space-between">
        <SideSwitch side={side} onSide={setSide} />
        <Text c="dimmed">{counted(pass.updates, 'update')}</Text>
        <Button size="compact-xs" variant="default" onClick={onRemove}>
          Throw away
        </Button>
      </Group>
    </Stack>
  )
}
