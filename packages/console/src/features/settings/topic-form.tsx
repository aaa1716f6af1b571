import { type Channel, channels, listTopics, putTopic, type Topic } from '@carillon/contract'
import { Button, Checkbox, Group, Radio, Stack, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { channelNames } from '../../shared/channels.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { useCan, useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

/** `Order news!` as `order-news`. */
function nameOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 48)
}

/** A new topic has a name of its own; afterwards the name stays, because consents are kept by it. */
export function TopicForm({ topic, onDone }: { topic?: Topic; onDone: () => void }) {
  const [title, setTitle] = useState(topic?.title ?? '')
  const [ownName, setOwnName] = useState<string | null>(null)
  const [description, setDescription] = useState(topic?.description ?? '')
  const [purpose, setPurpose] = useState(topic?.purpose ?? 'marketing')
  const [model, setModel] = useState<Topic['model']>(topic?.model ?? 'opt_out')
  const [some, setSome] = useState<Channel[]>(topic?.channels ?? [...channels])
  const may = useCan('settings:write')
  const save = useWrite(putTopic, { refreshes: [listTopics], said: 'Saved.', showsFailure: true })
  const errors = fieldErrors(save.error)
  const name = topic?.name ?? ownName ?? nameOf(title)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = {
      title,
      description: description || null,
      purpose,
      model,
      channels: some.length === channels.length ? null : some,
    }
    save.mutate({ input: { params: { name }, body } }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          required
          label="Title"
          description="As people read it in a preference centre"
          value={title}
          error={errors.title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <TextInput
          required
          label="Name"
          description="As calls and consents name it"
          disabled={topic !== undefined}
          value={name}
          error={/^[a-z][a-z0-9_-]{0,47}$|^$/.test(name) ? undefined : 'Small letters, digits, _ and -'}
          onChange={(event) => setOwnName(event.currentTarget.value)}
        />
        <Textarea
          label="Description"
          autosize
          value={description}
          error={errors.description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <TextInput
          label="Purpose"
          description="Whoever refuses the purpose refuses all its topics"
          value={purpose}
          error={errors.purpose}
          onChange={(event) => setPurpose(event.currentTarget.value)}
        />
        <Radio.Group
          label="Of whom nobody knows"
          value={model}
          onChange={(next) => setModel(next === 'opt_in' ? next : 'opt_out')}
        >
          <Stack gap={6} mt={6}>
            <Radio value="opt_out" label="They get it, unless they refused (opt-out)" />
            <Radio value="opt_in" label="They do not get it until they agree (opt-in)" />
          </Stack>
        </Radio.Group>
        <Checkbox.Group label="Channels" value={some} onChange={(next) => setSome(next as Channel[])}>
          <Group gap="md" mt={6}>
            {channels.map((channel) => (
              <Checkbox key={channel} value={channel} label={channelNames[channel].name} />
            ))}
          </Group>
        </Checkbox.Group>
        <FormFailure error={save.error} fields={['title', 'description', 'purpose']} />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={!may || some.length === 0}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
