import { deleteTopic, listTopics, type Topic } from '@carillon/contract'
import { Badge, Button, Group, Modal, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { type Column, Rows } from '../../shared/data-table.tsx'
import { Section } from '../../shared/page.tsx'
import { channelsWords, modelWords } from '../../shared/rules/rule-words.ts'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { TopicForm } from './topic-form.tsx'

function columnsWith(show: (topic: Topic) => void): Column<Topic>[] {
  return [
    {
      title: 'Topic',
      render: (topic) => (
        <Group gap="xs">
          <UnstyledButton fw={500} onClick={() => show(topic)}>
            {topic.title}
          </UnstyledButton>
          {topic.built_in && <Badge color="gray">Built in</Badge>}
        </Group>
      ),
    },
    { title: 'Name', from: 'sm', render: ({ name }) => name },
    { title: 'Sent to', render: ({ model }) => modelWords(model) },
    { title: 'Purpose', from: 'sm', render: ({ purpose }) => purpose },
    { title: 'Channels', from: 'xs', render: ({ channels }) => channelsWords(channels) },
  ]
}

/** What people can agree to or refuse. */
export function TopicSettings() {
  const query = useRead(listTopics, {})
  const may = useCan('settings:write')
  const [shown, setShown] = useState<Topic | 'new' | null>(null)
  return (
    <Section
      title="Topics"
      description="A message that names a topic reaches nobody who has refused it. One that names none has the topic of its category."
      flush
      actions={
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          disabled={!may}
          onClick={() => setShown('new')}
        >
          New topic
        </Button>
      }
    >
      <Loaded query={query}>
        {({ data }) => (
          <Rows caption="Topics" rows={data} columns={columnsWith(setShown)} rowKey={({ name }) => name} />
        )}
      </Loaded>
      <Modal
        opened={shown !== null}
        onClose={() => setShown(null)}
        title={shown === 'new' ? 'New topic' : shown?.title}
      >
        {shown === 'new' && <TopicForm onDone={() => setShown(null)} />}
        {shown && shown !== 'new' && (
          <Stack>
            <TopicForm topic={shown} onDone={() => setShown(null)} />
            <RemoveTopic topic={shown} onDone={() => setShown(null)} />
          </Stack>
        )}
      </Modal>
    </Section>
  )
}

function RemoveTopic({ topic, onDone }: { topic: Topic; onDone: () => void }) {
  const may = useCan('settings:write')
  const said = topic.built_in ? 'It is as it was at first.' : 'Deleted.'
  const remove = useWrite(deleteTopic, { refreshes: [listTopics], said })
  const consequence = topic.built_in
    ? 'It becomes again what it was before anybody changed it.'
    : 'Messages that name it and have not been sent reach only people who agreed to it. What people said is kept.'
  return (
    <Group>
      <ConfirmButton
        color="red"
        variant="outline"
        disabled={!may}
        title={topic.built_in ? `Reset ${topic.title}?` : `Delete ${topic.title}?`}
        consequence={<Text>{consequence}</Text>}
        verb={topic.built_in ? 'Reset' : 'Delete'}
        onConfirm={async () => {
          await remove.mutateAsync({ input: { params: { name: topic.name } } })
          onDone()
        }}
      >
        {topic.built_in ? 'Reset' : 'Delete'}
      </ConfirmButton>
    </Group>
  )
}
