import {
  type BodyInputOf,
  getEventDefinition,
  importEventDefinitions,
  listEventDefinitions,
} from '@carillon/contract'
import { Button, Group, Radio, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { FileDrop } from '../../shared/file-drop.tsx'
import { isObject, parseJson } from '../../shared/json-text.ts'
import { useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

type ImportBody = BodyInputOf<typeof importEventDefinitions>
type Mode = NonNullable<ImportBody['mode']>

/** Takes an exported file in: all of it or, with every problem shown, nothing. */
export function ImportEvents({ onDone }: { onDone: () => void }) {
  const [file, setFile] = useState<{ name: string; document: unknown }>()
  const [mode, setMode] = useState<Mode>('insert')
  const start = useWrite(importEventDefinitions, {
    refreshes: [listEventDefinitions, getEventDefinition],
    showsFailure: true,
  })
  const isDocument = isObject(file?.document)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!isObject(file?.document)) return
    const body = { ...file.document, mode } as ImportBody
    start.mutate(
      { input: { body } },
      {
        onSuccess: ({ created, replaced }) => {
          notifications.show({ message: `${created} created, ${replaced} replaced.`, color: 'green' })
          onDone()
        },
      },
    )
  }
  const read = async (picked: File) => {
    start.reset()
    setFile({ name: picked.name, document: parseJson(await picked.text()).value })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <FileDrop label="An exported file" accept=".json" onFile={(picked) => void read(picked)} />
        {file && !isDocument && (
          <Text c="red" role="alert">
            {file.name} is not a JSON document.
          </Text>
        )}
        <Radio.Group label="Names that exist already" value={mode} onChange={(next) => setMode(next as Mode)}>
          <Stack gap={6} mt={4}>
            <Radio value="insert" label="stop the import" />
            <Radio value="replace" label="are replaced by what the file says" />
          </Stack>
        </Radio.Group>
        <Text c="dimmed" size="xs">
          Apps and templates are found by their id or, in another workspace, by their name.
        </Text>
        <FormFailure error={start.error} />
        <Group justify="flex-end">
          <Button type="submit" loading={start.isPending} disabled={!isDocument}>
            Import
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
