import { getMe } from '@carillon/contract'
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { describeFailure } from '../shared/failure.ts'
import { read } from '../shared/server.ts'
import { NotFoundPage, RouteFailure } from './route-states.tsx'
import {
  auditSearch,
  calendarSearch,
  campaignSearch,
  composeSearch,
  eventsSearch,
  inboundSearch,
  messagePageSearch,
  messageSearch,
  nextSearch,
  parseSearch,
  passSearch,
  stringifySearch,
  subscriptionSearch,
  tabSearch,
  usersSearch,
  versionSearch,
} from './search.ts'
import { Shell } from './shell.tsx'

const root = createRootRouteWithContext<{ serverState: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFoundPage,
  errorComponent: RouteFailure,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: nextSearch,
  component: lazyRouteComponent(() => import('../features/access/sign-in-page.tsx'), 'SignInPage'),
})

/** Everything but signing in: asks who is there first. */
const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.serverState.ensureQueryData(read(getMe, {}))
    } catch (error) {
      if (describeFailure(error).code !== 'unauthenticated') throw error
      throw redirect({ to: '/sign-in', search: { next: location.href } })
    }
  },
})

const home = createRoute({
  getParentRoute: () => shell,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/home-page.tsx'), 'HomePage'),
})
const compose = createRoute({
  getParentRoute: () => shell,
  path: '/compose',
  validateSearch: composeSearch,
  component: lazyRouteComponent(() => import('../features/compose/compose-page.tsx'), 'ComposePage'),
})
const messages = createRoute({
  getParentRoute: () => shell,
  path: '/messages',
  validateSearch: messageSearch,
  component: lazyRouteComponent(() => import('../features/messages/messages-page.tsx'), 'MessagesPage'),
})
const message = createRoute({
  getParentRoute: () => shell,
  path: '/messages/$messageId',
  validateSearch: messagePageSearch,
  component: lazyRouteComponent(() => import('../features/messages/message-page.tsx'), 'MessagePage'),
})
const why = createRoute({
  getParentRoute: () => shell,
  path: '/messages/$messageId/why/$userId',
  component: lazyRouteComponent(() => import('../features/messages/why-page.tsx'), 'WhyPage'),
})
const campaigns = createRoute({
  getParentRoute: () => shell,
  path: '/campaigns',
  validateSearch: campaignSearch,
  component: lazyRouteComponent(() => import('../features/campaigns/campaigns-page.tsx'), 'CampaignsPage'),
})
const newCampaign = createRoute({
  getParentRoute: () => shell,
  path: '/campaigns/new',
  component: lazyRouteComponent(
    () => import('../features/campaigns/edit-campaign-page.tsx'),
    'NewCampaignPage',
  ),
})
const campaignCalendar = createRoute({
  getParentRoute: () => shell,
  path: '/campaigns/calendar',
  validateSearch: calendarSearch,
  component: lazyRouteComponent(() => import('../features/campaigns/calendar-page.tsx'), 'CalendarPage'),
})
const campaign = createRoute({
  getParentRoute: () => shell,
  path: '/campaigns/$campaignId',
  validateSearch: tabSearch(['numbers', 'experiments', 'runs']),
  component: lazyRouteComponent(() => import('../features/campaigns/campaign-page.tsx'), 'CampaignPage'),
})
const editCampaign = createRoute({
  getParentRoute: () => shell,
  path: '/campaigns/$campaignId/edit',
  component: lazyRouteComponent(
    () => import('../features/campaigns/edit-campaign-page.tsx'),
    'EditCampaignPage',
  ),
})
const users = createRoute({
  getParentRoute: () => shell,
  path: '/users',
  validateSearch: usersSearch,
  component: lazyRouteComponent(() => import('../features/users/users-page.tsx'), 'UsersPage'),
})
const user = createRoute({
  getParentRoute: () => shell,
  path: '/users/$userId',
  component: lazyRouteComponent(() => import('../features/users/user-page.tsx'), 'UserPage'),
})
const subscriptions = createRoute({
  getParentRoute: () => shell,
  path: '/subscriptions',
  validateSearch: subscriptionSearch,
  component: lazyRouteComponent(
    () => import('../features/subscriptions/subscriptions-page.tsx'),
    'SubscriptionsPage',
  ),
})
const passes = createRoute({
  getParentRoute: () => shell,
  path: '/passes',
  validateSearch: passSearch,
  component: lazyRouteComponent(() => import('../features/passes/passes-page.tsx'), 'PassesPage'),
})
const segments = createRoute({
  getParentRoute: () => shell,
  path: '/segments',
  component: lazyRouteComponent(() => import('../features/segments/segments-page.tsx'), 'SegmentsPage'),
})
const newSegment = createRoute({
  getParentRoute: () => shell,
  path: '/segments/new',
  component: lazyRouteComponent(() => import('../features/segments/segment-page.tsx'), 'NewSegmentPage'),
})
const segment = createRoute({
  getParentRoute: () => shell,
  path: '/segments/$segmentId',
  validateSearch: tabSearch(['conditions', 'members']),
  component: lazyRouteComponent(() => import('../features/segments/segment-page.tsx'), 'SegmentPage'),
})
const templates = createRoute({
  getParentRoute: () => shell,
  path: '/templates',
  component: lazyRouteComponent(() => import('../features/templates/templates-page.tsx'), 'TemplatesPage'),
})
const newTemplate = createRoute({
  getParentRoute: () => shell,
  path: '/templates/new',
  component: lazyRouteComponent(() => import('../features/templates/template-page.tsx'), 'NewTemplatePage'),
})
const template = createRoute({
  getParentRoute: () => shell,
  path: '/templates/$templateId',
  validateSearch: versionSearch,
  component: lazyRouteComponent(() => import('../features/templates/template-page.tsx'), 'TemplatePage'),
})
const events = createRoute({
  getParentRoute: () => shell,
  path: '/events',
  validateSearch: eventsSearch,
  component: lazyRouteComponent(() => import('../features/events/events-page.tsx'), 'EventsPage'),
})
const newEvent = createRoute({
  getParentRoute: () => shell,
  path: '/events/new',
  component: lazyRouteComponent(() => import('../features/events/event-page.tsx'), 'NewEventPage'),
})
const event = createRoute({
  getParentRoute: () => shell,
  path: '/events/$eventId',
  validateSearch: tabSearch(['definition', 'call', 'invocations']),
  component: lazyRouteComponent(() => import('../features/events/event-page.tsx'), 'EventPage'),
})
const apps = createRoute({
  getParentRoute: () => shell,
  path: '/apps',
  component: lazyRouteComponent(() => import('../features/apps/apps-page.tsx'), 'AppsPage'),
})
const app = createRoute({
  getParentRoute: () => shell,
  path: '/apps/$appId',
  validateSearch: tabSearch(['overview', 'credentials', 'settings']),
  component: lazyRouteComponent(() => import('../features/apps/app-page.tsx'), 'AppPage'),
})
const webhooks = createRoute({
  getParentRoute: () => shell,
  path: '/webhooks',
  component: lazyRouteComponent(() => import('../features/webhooks/webhooks-page.tsx'), 'WebhooksPage'),
})
const webhook = createRoute({
  getParentRoute: () => shell,
  path: '/webhooks/$webhookId',
  validateSearch: tabSearch(['log', 'settings']),
  component: lazyRouteComponent(() => import('../features/webhooks/webhook-page.tsx'), 'WebhookPage'),
})
const phones = createRoute({
  getParentRoute: () => shell,
  path: '/phones',
  component: lazyRouteComponent(() => import('../features/phones/phones-page.tsx'), 'PhonesPage'),
})
const inbound = createRoute({
  getParentRoute: () => shell,
  path: '/inbound',
  validateSearch: inboundSearch,
  component: lazyRouteComponent(() => import('../features/inbound/inbound-page.tsx'), 'InboundPage'),
})
const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../features/audit/audit-page.tsx'), 'AuditPage'),
})
const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  validateSearch: tabSearch([
    'general',
    'consent',
    'caps',
    'quiet',
    'texts',
    'attributes',
    'reconciliation',
    'keys',
    'about',
  ]),
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
})

const routeTree = root.addChildren([
  signIn,
  shell.addChildren([
    home,
    compose,
    messages,
    message,
    why,
    campaigns,
    newCampaign,
    campaignCalendar,
    campaign,
    editCampaign,
    users,
    user,
    subscriptions,
    passes,
    segments,
    newSegment,
    segment,
    templates,
    newTemplate,
    template,
    events,
    newEvent,
    event,
    apps,
    app,
    webhooks,
    webhook,
    phones,
    inbound,
    audit,
    settings,
  ]),
])

export function createConsoleRouter(serverState: QueryClient) {
  return createRouter({
    routeTree,
    context: { serverState },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: RouteFailure,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
