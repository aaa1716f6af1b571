import { type EventDefinition, getEventPayload } from '@carillon/contract'
import { Alert, Code, Grid, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import { CodeBlock } from '../../shared/copyable.tsx'
import { TextLink } from '../../shared/links.tsx'
import { Section } from '../../shared/page.tsx'
import { UserSelect } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { TryEvent } from './try-event.tsx'

/** What one's own code has to send, and a way to send it from here. */
export function ReadyCall({ definition }: { definition: EventDefinition }) {
  const [userId, setUserId] = useState<string>()
  const payload = useRead(
    getEventPayload,
    { params: { id: definition.id }, query: { user_id: userId } },
    { keepLast: true },
  )
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Section title="The call" description="With real ids and the examples of the variables.">
          <Stack>
            <UserSelect
              label="For"
              placeholder="Somebody with a device"
              value={userId}
              onChange={setUserId}
            />
            <Loaded query={payload}>
              {({ curl, node, obstacles }) => (
                <>
                  {obstacles.length > 0 && (
                    <Alert color="yellow" icon={<IconInfoCircle size={17} />} title="Not yet">
                      {obstacles.map((sentence) => (
                        <Text key={sentence}>{sentence}</Text>
                      ))}
                    </Alert>
                  )}
                  <Snippets curl={curl} node={node} />
                </>
              )}
            </Loaded>
          </Stack>
        </Section>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 5 }}>
        <TryEvent key={definition.version} definition={definition} />
      </Grid.Col>
    </Grid>
  )
}

function Snippets({ curl, node }: { curl: string; node: string }) {
  const [language, setLanguage] = useState<'curl' | 'node'>('curl')
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label="Language"
        value={language}
        onChange={setLanguage}
        data={[
          { value: 'curl', label: 'curl' },
          { value: 'node', label: 'Node.js' },
        ]}
        w={{ base: '100%', xs: 240 }}
      />
      <CodeBlock code={language === 'curl' ? curl : node} label="Copy the call" />
      <Text c="dimmed">
        <Code>CARILLON_KEY</Code> holds a secret key;{' '}
        <TextLink to="/settings" search={{ tab: 'keys' }}>
          make one
        </TextLink>{' '}
        with the scope <Code>events:invoke</Code> alone. Give each thing that happens its own{' '}
        <Code>Idempotency-Key</Code>, such as the order's number: a repeated call then sends nothing twice.
      </Text>
    </Stack>
  )
}
