import {
  type App,
  listSubscriptions,
  type Platform,
  type ProbeStage,
  testCredential,
} from '@carillon/contract'
import { Button, List, Modal, Select, Stack, Text, ThemeIcon } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { words } from '../../shared/format.ts'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

/** Tries the stored credential against its provider, stage by stage; with a device, to the end. */
export function CredentialTest({ app, platform }: { app: App; platform: Platform }) {
  const [opened, { open, close }] = useDisclosure(false)
  const may = useCan('apps:write')
  return (
    <>
      <Button variant="default" disabled={!may} onClick={open}>
        Test
      </Button>
      <Modal opened={opened} onClose={close} title="Test the credential">
        <Trial app={app} platform={platform} />
      </Modal>
    </>
  )
}

function Trial({ app, platform }: { app: App; platform: Platform }) {
  const [subscriptionId, setSubscriptionId] = useState<string | null>(null)
  const devices = useRead(listSubscriptions, {
    query: { app_id: app.id, platform, status: 'active', limit: 50 },
  })
  const test = useWrite(testCredential, { showsFailure: true })
  const run = () =>
    test.mutate({
      input: {
        params: { id: app.id, platform },
        body: subscriptionId ? { subscription_id: subscriptionId } : {},
      },
    })
  return (
    <Stack>
      <Select
        label="Send a real test notification to"
        placeholder="Nobody: only check what the provider says"
        clearable
        searchable
        value={subscriptionId}
        onChange={setSubscriptionId}
        data={(devices.data?.data ?? []).map((device) => ({
          value: device.id,
          label: `${device.device_name ?? device.reconciliation_value ?? device.token} (${device.id.slice(-6)})`,
        }))}
      />
      <Button onClick={run} loading={test.isPending}>
        Run the test
      </Button>
      <FormFailure error={test.error} />
      <div aria-live="polite">{test.data && <Stages stages={test.data.stages} />}</div>
    </Stack>
  )
}

function Stages({ stages }: { stages: readonly ProbeStage[] }) {
  return (
    <List spacing="sm" center={false} listStyleType="none">
      {stages.map((stage) => (
        <List.Item
          key={stage.stage}
          icon={
            <ThemeIcon
              size={18}
              radius="xl"
              color={stage.ok ? 'green' : 'red'}
              aria-label={stage.ok ? 'passed' : 'failed'}
            >
              {stage.ok ? <IconCheck size={12} /> : <IconX size={12} />}
            </ThemeIcon>
          }
        >
          <Text fw={600}>{words(stage.stage)}</Text>
          <Text c="dimmed">{stage.detail}</Text>
          {stage.hint && <Text>{stage.hint}</Text>}
        </List.Item>
      ))}
    </List>
  )
}
