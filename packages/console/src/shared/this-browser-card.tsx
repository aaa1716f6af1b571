import { type App, getApp, listApps, listCredentials, listSubscriptions } from '@carillon/contract'
import {
  type BrowserState,
  browserSubscriptionState,
  type SubscribeResult,
  subscribeThisBrowser,
  unsubscribeThisBrowser,
} from '@carillon/sdk-web'
import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { TextLink } from './links.tsx'
import { Section } from './page.tsx'
import { useRead, useRefresh } from './server.ts'
import { Loaded } from './states.tsx'

const browserKey = ['this browser']

export function useThisBrowser() {
  return useQuery({ queryKey: browserKey, queryFn: () => browserSubscriptionState() })
}

/** Makes the browser that shows the console a device of an app, through the same SDK as any site would use. */
export function ThisBrowserCard({ app }: { app: App }) {
  const browser = useThisBrowser()
  return (
    <Section
      title="This browser as a device"
      description="Real Web Push, through the browser's own push service."
    >
      <Loaded query={browser}>{(state) => <Device app={app} state={state} />}</Loaded>
    </Section>
  )
}

function Device({ app, state }: { app: App; state: BrowserState }) {
  if (!state.supported) {
    return (
      <Text c="dimmed">
        This browser cannot: Web Push needs https or localhost, and most browsers switch it off in private
        windows.
      </Text>
    )
  }
  if (state.subscribed && state.appId === app.id) return <Subscribed subscriptionId={state.subscriptionId} />
  if (state.permission === 'denied') {
    return (
      <Text c="dimmed">
        Notifications from this site are blocked. Only you can change that: open the site settings beside the
        address, allow notifications, and reload.
      </Text>
    )
  }
  return <NotYet app={app} otherApp={state.subscribed} />
}

function useBrowserChange<Input, Result>(change: (input: Input) => Promise<Result>) {
  const cache = useQueryClient()
  const refresh = useRefresh()
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      await cache.invalidateQueries({ queryKey: browserKey })
      await refresh([listSubscriptions, listApps, getApp])
    },
  })
}

function Subscribed({ subscriptionId }: { subscriptionId: string | null }) {
  const leave = useBrowserChange(() => unsubscribeThisBrowser())
  return (
    <Stack gap="sm">
      <Text>It is subscribed. Messages to this app show here as notifications of the system.</Text>
      <Group gap="xs">
        {subscriptionId && (
          <TextLink to="/compose" search={{ subscription_id: subscriptionId }} size="sm">
            Write to it
          </TextLink>
        )}
        <Button variant="default" loading={leave.isPending} onClick={() => leave.mutate(undefined)}>
          Unsubscribe
        </Button>
      </Group>
      <SdkFailure error={leave.error} />
    </Stack>
  )
}

function NotYet({ app, otherApp }: { app: App; otherApp: boolean }) {
  const [person, setPerson] = useState('')
  const credentials = useRead(listCredentials, { params: { id: app.id } })
  const webPush = credentials.data?.data.find(({ platform }) => platform === 'webpush')
  const subscribe = useBrowserChange(() =>
    subscribeThisBrowser({
      serverUrl: window.location.origin,
      appId: app.id,
      publishableKey: app.publishable_key,
      vapidPublicKey: String(webPush?.fields.public_key),
      deviceName: 'Browser of the console',
      ...(person ? { reconciliationValue: person } : {}),
    }),
  )
  if (credentials.isPending) return null
  if (!webPush) {
    return (
      <Text c="dimmed">
        The app needs a Web credential first.{' '}
        <TextLink to="/apps/$appId" params={{ appId: app.id }} search={{ tab: 'credentials' }} size="sm">
          Add one
        </TextLink>
      </Text>
    )
  }
  return (
    <Stack gap="sm">
      {otherApp && (
        <Text c="dimmed">It is a device of another app now; it can be one of a single app at a time.</Text>
      )}
      <TextInput
        label="Belongs to"
        description="A person's value of the reconciliation key; empty: nobody"
        placeholder="ada@example.com"
        value={person}
        onChange={(event) => setPerson(event.currentTarget.value)}
      />
      <Group>
        <Button loading={subscribe.isPending} onClick={() => subscribe.mutate(undefined)}>
          Subscribe this browser
        </Button>
      </Group>
      {subscribe.data && <Declined result={subscribe.data} />}
      <SdkFailure error={subscribe.error} />
    </Stack>
  )
}

const declined: Record<Exclude<SubscribeResult['status'], 'subscribed'>, string> = {
  unsupported: 'This browser has no Web Push.',
  denied: 'The browser was told to block notifications; its site settings change that.',
  dismissed: 'The question was closed without an answer; try again and allow notifications.',
}

function Declined({ result: { status } }: { result: SubscribeResult }) {
  return status === 'subscribed' ? null : <Text role="status">{declined[status]}</Text>
}

/** The SDK's errors are the push service's or the server's own words. */
function SdkFailure({ error }: { error: Error | null }) {
  if (!error) return null
  return (
    <Alert color="red" role="alert" title="That did not work">
      {error.message}
    </Alert>
  )
}
