import type { ReachRule } from '@carillon/contract'
import { Button, Group, Select, Stack, Tabs } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { type MessageDraft, newMessage } from './campaign-draft.ts'
import type { StepProps } from './campaign-editor.tsx'
import { MessageEditor } from './message-editor.tsx'

const most = 20

/** One tab for each message, in their order of priority; each has its own app, channel and rhythm. */
export function MessagesStep({ draft: { messages, reach }, onChange, errors }: StepProps) {
  const [open, setOpen] = useState(messages[0]?.key ?? null)
  const put = (next: MessageDraft) =>
    onChange({ messages: messages.map((message) => (message.key === next.key ? next : message)) })
  const add = () => {
    const message = newMessage(messages)
    onChange({ messages: [...messages, message] })
    setOpen(message.key)
  }
  const remove = (key: string) => {
    const left = messages.filter((message) => message.key !== key)
    onChange({ messages: left })
    setOpen(left[0]?.key ?? null)
  }
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        {messages.length > 1 && (
          <Select
            label="Who gets which"
            miw={280}
            allowDeselect={false}
            data={[
              { value: 'all', label: 'Each message to everybody it reaches' },
              { value: 'first', label: 'Each person the first message that reaches them' },
            ]}
            value={reach}
            onChange={(value) => value && onChange({ reach: value as ReachRule })}
          />
        )}
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={messages.length >= most}
          onClick={add}
        >
          Add a message
        </Button>
      </Group>
      <Tabs value={open} onChange={setOpen} keepMounted={false}>
        <Tabs.List mb="md">
          {messages.map(({ key, name }) => (
            <Tabs.Tab key={key} value={key}>
              {name || 'Message'}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {messages.map((message, place) => (
          <Tabs.Panel key={message.key} value={message.key}>
            <MessageEditor
              message={message}
              errors={errorsOf(errors, place)}
              onChange={put}
              onRemove={() => remove(message.key)}
            />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  )
}

/** `messages.0.content.title` is `content.title` to the first message. */
function errorsOf(errors: Record<string, string>, place: number): Record<string, string> {
  const prefix = `messages.${place}.`
  const own = Object.entries(errors).filter(([field]) => field.startsWith(prefix))
  return Object.fromEntries(own.map(([field, sentence]) => [field.slice(prefix.length), sentence]))
}
