import { getJob, type Job, listUsers } from '@carillon/contract'
import { Alert, Group, Progress, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Rows } from '../../shared/data-table.tsx'
import { Figure } from '../../shared/estimate-card.tsx'
import { count, counted } from '../../shared/format.ts'
import { read, useRefresh } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { type ImportResult, importResult, type RowError } from './import-file.ts'

const pollMs = 1_000

/** Follows an import to its end, also after the page was left and opened again. */
export function ImportProgress({ jobId }: { jobId: string }) {
  const refresh = useRefresh()
  const job = useQuery({
    ...read(getJob, { params: { id: jobId } }),
    refetchInterval: ({ state }) => (state.data && state.data.status !== 'running' ? false : pollMs),
  })
  const status = job.data?.status
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it ends
  useEffect(() => {
    if (status === 'finished') void refresh([listUsers])
  }, [status])
  return <Loaded query={job}>{(found) => <JobView job={found} />}</Loaded>
}

function JobView({ job: { status, progress, result } }: { job: Job }) {
  const { done, total, errors } = progress
  const found = importResult(result)
  return (
    <Stack aria-live="polite">
      {status === 'failed' && (
        <Alert color="red" title="The import broke off" role="alert">
          {counted(done, 'row')} were read until then. The server's log says why.
        </Alert>
      )}
      <Progress.Root size={8}>
        <Progress.Section
          value={total > 0 ? (done / total) * 100 : status === 'finished' ? 100 : 0}
          aria-label={`${count(done)} of ${counted(total, 'row')}`}
        />
      </Progress.Root>
      {found ? (
        <Results result={found} />
      ) : (
        <Text c="dimmed">
          {count(done)} of {counted(total, 'row')} read, {counted(errors, 'error')}
        </Text>
      )}
    </Stack>
  )
}

function Results({ result: { created, updated, failed, errors } }: { result: ImportResult }) {
  return (
    <>
      <Group gap="xl">
        <Figure label="Created" value={count(created)} />
        <Figure label="Updated" value={count(updated)} />
        <Figure label="Not imported" value={count(failed)} />
      </Group>
      {errors.length > 0 && (
        <Rows
          caption="Rows that were not imported"
          rows={errors}
          columns={errorColumns}
          rowKey={({ row, pointer }) => `${row} ${pointer}`}
        />
      )}
      {errors.length < failed && (
        <Text c="dimmed">
          The first {count(errors.length)} of {count(failed)} are shown.
        </Text>
      )}
    </>
  )
}

const errorColumns = [
  { title: 'Row', numeric: true, width: 70, render: ({ row }: RowError) => count(row) },
  { title: 'Field', render: ({ pointer }: RowError) => pointer?.slice(1).replaceAll('/', '.') ?? '–' },
  { title: 'Why', render: ({ detail }: RowError) => detail },
]
