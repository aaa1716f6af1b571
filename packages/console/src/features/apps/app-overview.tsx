import { type App, listCredentials } from '@carillon/contract'
import { Alert, Grid, SegmentedControl, Stack, Text } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import { CodeBlock, Copyable } from '../../shared/copyable.tsx'
import { count } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'
import { Facts, Section } from '../../shared/page.tsx'
import { useRead } from '../../shared/server.ts'
import { ThisBrowserCard } from '../../shared/this-browser-card.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { type SnippetKind, snippetKinds, snippets } from './snippets.ts'

export function AppOverview({ app }: { app: App }) {
  return (
    <Stack>
      <NextStep app={app} />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Stack>
            <Section title="Connect a device">
              <Snippets app={app} />
            </Section>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Stack>
            <Section title="Facts">
              <Facts
                facts={[
                  ['App id', <Copyable key="id" value={app.id} label="Copy the app id" />],
                  [
                    'Publishable key',
                    <Copyable key="pk" value={app.publishable_key} label="Copy the publishable key" />,
                  ],
                  [
                    'Subscriptions',
                    <TextLink key="s" to="/subscriptions" search={{ app_id: app.id }}>
                      {count(app.subscriptions)}
                    </TextLink>,
                  ],
                  ['Category', app.category],
                  ['Created', <TimeText key="c" time={app.created_at} />],
                ]}
              />
              <Text c="dimmed" size="xs" mt="sm">
                The publishable key may be read by anyone who has the app: it only registers devices and
                reports what people did.
              </Text>
            </Section>
            <ThisBrowserCard app={app} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  )
}

function NextStep({ app }: { app: App }) {
  if (app.credentials.length > 0 && app.status === 'published') return null
  return (
    <Alert color="bell" icon={<IconInfoCircle size={17} />} title="This app does not send yet">
      {app.credentials.length === 0 ? (
        <>
          It has no credential.{' '}
          <TextLink to="/apps/$appId" params={{ appId: app.id }} search={{ tab: 'credentials' }}>
            Add one for each platform
          </TextLink>
          , then publish it.
        </>
      ) : (
        'It is unpublished. Publish it once its credentials are tested.'
      )}
    </Alert>
  )
}

function Snippets({ app }: { app: App }) {
  const [kind, setKind] = useState<SnippetKind>('web')
  const credentials = useRead(listCredentials, { params: { id: app.id } }).data?.data
  const webPush = credentials?.find(({ platform }) => platform === 'webpush')
  const vapidPublicKey = webPush && String(webPush.fields.public_key)
  return (
    <Stack gap="sm">
      <SegmentedControl
        aria-label="Kind of device"
        value={kind}
        onChange={(value) => setKind(value as SnippetKind)}
        data={Object.entries(snippetKinds).map(([value, label]) => ({ value, label }))}
      />
      <CodeBlock
        code={snippets[kind]({ app, origin: window.location.origin, vapidPublicKey })}
        label="Copy the code"
      />
      <Text c="dimmed">
        Give the person's value of the reconciliation key with it, and the device is theirs. Registering again
        after each start keeps the token fresh.
      </Text>
    </Stack>
  )
}
