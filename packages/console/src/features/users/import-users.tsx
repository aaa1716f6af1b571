import { createImport, type Job } from '@carillon/contract'
import { Button, Code, Group, Radio, Stack, Text } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { FileDrop } from '../../shared/file-drop.tsx'
import { bytes } from '../../shared/format.ts'
import { useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { formatOf, maxFileBytes } from './import-file.ts'

type Mode = 'insert' | 'upsert'

/** Picks a file and starts its import; the server reads it on as a job. */
export function ImportUsers({ onStarted }: { onStarted: (job: Job) => void }) {
  const [file, setFile] = useState<File>()
  const [mode, setMode] = useState<Mode>('upsert')
  const start = useWrite(createImport, { showsFailure: true })
  const isTooLarge = file !== undefined && file.size > maxFileBytes
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (!file) return
    const data = await file.text()
    start.mutate(
      { input: { body: { format: formatOf(file.name, data), mode, data } } },
      { onSuccess: onStarted },
    )
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack>
        <FileDrop label="A CSV or NDJSON file" accept=".csv,.tsv,.txt,.ndjson,.jsonl" onFile={setFile} />
        {isTooLarge && (
          <Text c="red" role="alert">
            The file has {bytes(file.size)}; an import takes {bytes(maxFileBytes)}. Split it.
          </Text>
        )}
        <Radio.Group
          label="People who are known already"
          value={mode}
          onChange={(next) => setMode(next as Mode)}
        >
          <Stack gap={6} mt={4}>
            <Radio value="upsert" label="are updated, found by the reconciliation key" />
            <Radio value="insert" label="are told as errors; only new people are made" />
          </Stack>
        </Radio.Group>
        <Text c="dimmed" size="xs">
          CSV: the first row names the columns. <Code>timezone</Code>, <Code>locale</Code>,{' '}
          <Code>identifiers.crm</Code> and <Code>consents.news</Code> are what they say, any other column is
          an attribute. NDJSON: one person a line, as the API takes them.
        </Text>
        <FormFailure error={start.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={start.isPending} disabled={!file || isTooLarge}>
            Import
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
