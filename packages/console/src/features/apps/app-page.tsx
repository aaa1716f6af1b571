import { type App, getApp, listApps, publishApp, unpublishApp } from '@carillon/contract'
import { Button, Group, Tabs } from '@mantine/core'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { BackLink } from '../../shared/links.tsx'
import { Page } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { AppIcon } from './app-icon.tsx'
import { AppOverview } from './app-overview.tsx'
import { AppSettings } from './app-settings.tsx'
import { Credentials } from './credentials.tsx'

const route = getRouteApi('/shell/apps/$appId')

export function AppPage() {
  const { appId } = route.useParams()
  const query = useRead(getApp, { params: { id: appId } })
  return (
    <Page
      title={query.data?.name ?? 'App'}
      back={<BackLink to="/apps">Apps</BackLink>}
      beside={
        query.data && (
          <>
            <AppIcon app={query.data} />
            <StatusPill status={query.data.status} />
          </>
        )
      }
      actions={query.data && <Publishing app={query.data} />}
    >
      <Loaded query={query}>{(app) => <AppTabs app={app} />}</Loaded>
    </Page>
  )
}

function AppTabs({ app }: { app: App }) {
  const { tab = 'overview' } = route.useSearch()
  const navigate = useNavigate()
  return (
    <Tabs
      value={tab}
      onChange={(next) =>
        void navigate({ to: '/apps/$appId', params: { appId: app.id }, search: { tab: next as typeof tab } })
      }
      keepMounted={false}
    >
      <Tabs.List mb="md">
        <Tabs.Tab value="overview">Overview</Tabs.Tab>
        <Tabs.Tab value="credentials">Credentials</Tabs.Tab>
        <Tabs.Tab value="settings">Settings</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="overview">
        <AppOverview app={app} />
      </Tabs.Panel>
      <Tabs.Panel value="credentials">
        <Credentials app={app} />
      </Tabs.Panel>
      <Tabs.Panel value="settings">
        <AppSettings app={app} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Publishing({ app }: { app: App }) {
  const may = useCan('apps:write')
  const publish = useWrite(publishApp, { refreshes: [getApp, listApps], said: `${app.name} is published.` })
  const unpublish = useWrite(unpublishApp, {
    refreshes: [getApp, listApps],
    said: `${app.name} is unpublished.`,
  })
  const input = { params: { id: app.id } }
  if (app.status === 'unpublished') {
    return (
      <Button disabled={!may} loading={publish.isPending} onClick={() => publish.mutate({ input })}>
        Publish
      </Button>
    )
  }
  return (
    <Group>
      <ConfirmButton
        disabled={!may}
        title={`Unpublish ${app.name}?`}
        consequence="Nothing of this app is sent while it is unpublished; messages that are running exclude the rest of their recipients. You can publish it again."
        verb="Unpublish"
        onConfirm={() => unpublish.mutateAsync({ input })}
      >
        Unpublish
      </ConfirmButton>
    </Group>
  )
}
