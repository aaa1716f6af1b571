import { listSubscriptions, type Platform, reviewSuspects } from '@carillon/contract'
import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { AppSelect } from '../../shared/pickers.tsx'
import { platformChoices } from '../../shared/platforms.tsx'
import { useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

/** Too many tokens looked dead in one round to be believed; a person decides. */
export function SuspectReview({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Review suspects">
      <Review onClose={onClose} />
    </Modal>
  )
}

function Review({ onClose }: { onClose: () => void }) {
  const [appId, setAppId] = useState<string>()
  const [platform, setPlatform] = useState<Platform>()
  const review = useWrite(reviewSuspects, {
    refreshes: [listSubscriptions],
    said: 'The suspects are decided.',
    showsFailure: true,
  })
  const decide = (decision: 'retire' | 'restore') =>
    appId && review.mutate({ input: { body: { app_id: appId, platform, decision } } }, { onSuccess: onClose })
  return (
    <Stack>
      <Text>
        A provider called so many tokens dead in one round that a mistake of ours is as likely: a wrong
        credential, the wrong environment. Send a test first. Then take them back, or retire them for good.
      </Text>
      <AppSelect value={appId} onChange={setAppId} required />
      <Select
        label="Platform"
        placeholder="All platforms"
        clearable
        data={platformChoices}
        value={platform ?? null}
        onChange={(value) => setPlatform(value ?? undefined)}
      />
      <FormFailure error={review.error} />
      <Group justify="flex-end" gap="xs">
        <Button
          color="red"
          variant="outline"
          disabled={!appId}
          loading={review.isPending}
          onClick={() => decide('retire')}
        >
          Retire them
        </Button>
        <Button disabled={!appId} loading={review.isPending} onClick={() => decide('restore')}>
          Take them back
        </Button>
      </Group>
    </Stack>
  )
}
