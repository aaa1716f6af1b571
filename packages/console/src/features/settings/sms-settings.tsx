import { getSettings, putSettings, type Settings } from '@carillon/contract'
import { Button, Group, Stack, Textarea } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useEffect } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { Section } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'

/** What is answered to people who write to the number of an app. */
export function SmsSettings() {
  const query = useRead(getSettings, {})
  return (
    <Section
      title="Text messages"
      description="STOP switches a number off in the app that it was written to, START on again, whether anything is answered or not."
    >
      <Loaded query={query}>{({ sms_replies }) => <Replies replies={sms_replies} />}</Loaded>
    </Section>
  )
}

const fields = [
  ['stop', 'Answer to STOP', 'One confirmation, sent although the number is off by then; empty: none'],
  ['start', 'Answer to START', 'Empty: none'],
  ['help', 'Answer to HELP', 'At most one in a minute to each number; empty: none'],
] as const

function Replies({ replies }: { replies: Settings['sms_replies'] }) {
  const { stop, start, help } = replies
  const form = useForm({ initialValues: { stop: stop ?? '', start: start ?? '', help: help ?? '' } })
  const may = useCan('settings:write')
  const save = useWrite(putSettings, { refreshes: [getSettings], said: 'Saved.', showsFailure: true })
  const { setErrors } = form
  useEffect(() => {
    const errors = fieldErrors(save.error)
    setErrors(Object.fromEntries(fields.map(([name]) => [name, errors[`sms_replies.${name}`]])))
  }, [save.error, setErrors])
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        const sms_replies = Object.fromEntries(fields.map(([name]) => [name, values[name].trim() || null]))
        save.mutate({ input: { body: { sms_replies } } }, { onSuccess: () => form.resetDirty() })
      })}
    >
      <Stack maw={480}>
        {fields.map(([name, label, description]) => (
          <Textarea
            key={name}
            label={label}
            description={description}
            autosize
            minRows={2}
            maxLength={1_000}
            {...form.getInputProps(name)}
          />
        ))}
        <FormFailure error={save.error} fields={fields.map(([name]) => `sms_replies.${name}`)} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!may || !form.isDirty()}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
