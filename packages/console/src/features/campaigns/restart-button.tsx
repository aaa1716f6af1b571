import { type Campaign, restartCampaign } from '@carillon/contract'
import { Button, Group, Modal, Stack, Switch } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconRefresh } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { useCan, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { emptyCampaign } from './campaign-draft.ts'
import { campaignReads } from './campaign-reads.ts'
import { DateFields } from './date-fields.tsx'

export function RestartButton({ campaign }: { campaign: Campaign }) {
  const [opened, { open, close }] = useDisclosure(false)
  const may = useCan('campaigns:execute')
  return (
    <>
      <Button leftSection={<IconRefresh size={14} aria-hidden />} disabled={!may} onClick={open}>
        Restart
      </Button>
      <Modal opened={opened} onClose={close} title={`Restart ${campaign.name}`} size="lg">
        <RestartForm campaign={campaign} onDone={close} />
      </Modal>
    </>
  )
}

function RestartForm({ campaign, onDone }: { campaign: Campaign; onDone: () => void }) {
  const [dates, setDates] = useState(() => emptyCampaign(campaign.zone, new Date()))
  const [again, setAgain] = useState(false)
  const restart = useWrite(restartCampaign, {
    refreshes: campaignReads,
    said: 'The campaign is restarted.',
    showsFailure: true,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { startLocal: start_local, endLocal: end_local, zone } = dates
    const input = { params: { id: campaign.id }, body: { start_local, end_local, zone, again } }
    restart.mutate({ input }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <DateFields
          dates={dates}
          errors={fieldErrors(restart.error)}
          onChange={(change) => setDates({ ...dates, ...change })}
        />
        <Switch
          label="Also to people who got it already"
          description="Otherwise to those alone to whom it was not handed over. A message that repeats begins anew in any case."
          checked={again}
          onChange={(event) => setAgain(event.currentTarget.checked)}
        />
        <FormFailure error={restart.error} fields={['start_local', 'end_local', 'zone']} />
        <Group justify="flex-end">
          <Button type="submit" loading={restart.isPending} disabled={!dates.startLocal || !dates.endLocal}>
            Restart
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
