import {
  type AnswerOf,
  changeReconciliationKey,
  getJob,
  getSettings,
  type Job,
  listAttributes,
  listSubscriptions,
} from '@carillon/contract'
import { Alert, Button, Code, Group, Progress, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { count, words } from '../../shared/format.ts'
import { Facts, Section } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'

/** The one attribute that matches a device to its user. A change is counted first. */
export function ReconciliationKey() {
  const settings = useRead(getSettings, {})
  return (
    <Section
      title="Reconciliation key"
      description="The user attribute whose value a device gives to become that user's."
    >
      <Loaded query={settings}>
        {({ reconciliation_key }) => <ChangeKey key={reconciliation_key} current={reconciliation_key} />}
      </Loaded>
    </Section>
  )
}

type Started = AnswerOf<typeof changeReconciliationKey>

function ChangeKey({ current }: { current: string }) {
  const [attribute, setAttribute] = useState<string | null>(null)
  const attributes = useRead(listAttributes, {}).data?.data ?? []
  const may = useCan('settings:write')
  const rehearse = useWrite(changeReconciliationKey, { showsFailure: true })
  const change = useWrite(changeReconciliationKey, {
    refreshes: [getSettings, listSubscriptions],
    showsFailure: true,
  })
  const input = (dry_run: boolean) => ({ input: { body: { attribute: attribute ?? '', dry_run } } })
  const failure = rehearse.error ?? change.error
  const choose = (next: string | null) => {
    setAttribute(next)
    rehearse.reset()
    change.reset()
  }
  return (
    <Stack>
      <Text>
        Now: <Code>{current}</Code>
      </Text>
      <Select
        label="Change it to"
        description="Every user needs a value of it: it has to be a required attribute"
        maw={320}
        data={attributes.map(({ name }) => name).filter((name) => name !== current)}
        value={attribute}
        error={fieldErrors(failure).attribute}
        onChange={choose}
      />
      <Group>
        <Button
          variant="default"
          disabled={!attribute || !may}
          loading={rehearse.isPending}
          onClick={() => rehearse.mutate(input(true))}
        >
          Count what would change
        </Button>
        <ConfirmButton
          color="red"
          variant="outline"
          disabled={!attribute || !rehearse.data || !may}
          title={`Match devices by ${attribute}?`}
          consequence="Every subscription is linked anew by the value that its device gave. Devices without a match belong to nobody until they register again."
          verb="Change the key"
          typed={attribute ?? ''}
          onConfirm={() => change.mutateAsync(input(false))}
        >
          Change it
        </ConfirmButton>
      </Group>
      <FormFailure error={failure} fields={['attribute']} />
      {rehearse.data && !change.data && <JobView title="Would change" started={rehearse.data} />}
      {change.data && <JobView title="Changed" started={change.data} />}
    </Stack>
  )
}

function JobView({ title, started }: { title: string; started: Started }) {
  const running = started.status === 'running'
  const polled = useRead(getJob, { params: { id: started.id } }, { enabled: running, refetchMs: 1_000 })
  const job: Job = polled.data ?? started
  const { done, total } = job.progress
  return (
    <Alert color={job.status === 'failed' ? 'red' : 'gray'} title={title} aria-live="polite">
      {job.status === 'running' && (
        <Progress value={total > 0 ? (done / total) * 100 : 0} animated aria-label="Progress of the job" />
      )}
      {job.result && (
        <Facts
          facts={Object.entries(job.result).map(
            ([name, value]) =>
              [words(name), typeof value === 'number' ? count(value) : String(value)] as const,
          )}
        />
      )}
    </Alert>
  )
}
