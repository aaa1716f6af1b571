import { useMantineColorScheme } from '@mantine/core'
import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight'
import {
  IconBolt,
  IconFilterPlus,
  IconHash,
  IconKey,
  IconMoon,
  IconPencilPlus,
  type IconPlus,
  IconSearch,
  IconTemplate,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMe } from '../shared/server.ts'
import { roomsWith } from './rooms.ts'

export const openPalette = spotlight.open

/** Ctrl-K: every room, the usual actions, and any id pasted into it. */
export function Palette() {
  const [query, setQuery] = useState('')
  const rooms = useRoomActions()
  const actions = useUsualActions()
  const found = useIdActions(query.trim())
  return (
    <Spotlight
      query={query}
      onQueryChange={setQuery}
      actions={[
        ...(found.length > 0 ? [{ group: 'Open by id', actions: found }] : []),
        { group: 'Go to', actions: rooms },
        { group: 'Do', actions },
      ]}
      // Ids match nothing by their text; what was found for them is shown whole.
      filter={(typed, groups) => (found.length > 0 ? groups.slice(0, 1) : filterGroups(typed, groups))}
      searchProps={{
        placeholder: 'Search, or paste an id',
        'aria-label': 'Search, or paste an id',
        leftSection: <IconSearch size={16} />,
      }}
      nothingFound="Nothing is called that"
      shortcut="mod + K"
      tagsToIgnore={[]}
      highlightQuery
      overlayProps={{ blur: 0, backgroundOpacity: 0.3 }}
      scrollable
    />
  )
}

type Groups = Parameters<NonNullable<React.ComponentProps<typeof Spotlight>['filter']>>[1]

function filterGroups(typed: string, groups: Groups): Groups {
  const wanted = typed.trim().toLowerCase()
  const matches = ({ label = '', keywords = '' }: SpotlightActionData) =>
    `${label} ${String(keywords)}`.toLowerCase().includes(wanted)
  return groups
    .map((entry) => ('actions' in entry ? { ...entry, actions: entry.actions.filter(matches) } : entry))
    .filter((entry) => ('actions' in entry ? entry.actions.length > 0 : matches(entry)))
}

function useRoomActions(): SpotlightActionData[] {
  const navigate = useNavigate()
  return roomsWith(useMe().data?.sandbox ?? false).map(({ to, label, icon: Icon }) => ({
    id: `room ${to}`,
    label,
    leftSection: <Icon size={17} stroke={1.6} />,
    onClick: () => void navigate({ to }),
  }))
}

function useUsualActions(): SpotlightActionData[] {
  const navigate = useNavigate()
  const { toggleColorScheme } = useMantineColorScheme()
  const action = (label: string, Icon: typeof IconPlus, run: () => void, keywords = '') => ({
    id: label,
    label,
    keywords,
    leftSection: <Icon size={17} stroke={1.6} />,
    onClick: run,
  })
  return [
    action('Write a message', IconPencilPlus, () => void navigate({ to: '/compose' }), 'send compose push'),
    action('Build a segment', IconFilterPlus, () => void navigate({ to: '/segments/new' }), 'create new'),
    action('Write a template', IconTemplate, () => void navigate({ to: '/templates/new' }), 'create new'),
    action(
      'Define an event',
      IconBolt,
      () => void navigate({ to: '/events/new' }),
      'create new transactional',
    ),
    action(
      'Make an API key',
      IconKey,
      () => void navigate({ to: '/settings', search: { tab: 'keys' } }),
      'secret',
    ),
    action('Switch between light and dark', IconMoon, toggleColorScheme, 'theme colour'),
  ]
}

const idPattern = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i

function useIdActions(id: string): SpotlightActionData[] {
  const navigate = useNavigate()
  if (!idPattern.test(id)) return []
  const open = (noun: string, run: () => void) => ({
    id: `${noun} ${id}`,
    label: `Open ${noun} ${id}`,
    leftSection: <IconHash size={17} stroke={1.6} />,
    onClick: run,
  })
  return [
    open('message', () => void navigate({ to: '/messages/$messageId', params: { messageId: id } })),
    open('user', () => void navigate({ to: '/users/$userId', params: { userId: id } })),
    open('subscription', () => void navigate({ to: '/subscriptions', search: { open: id } })),
    open('segment', () => void navigate({ to: '/segments/$segmentId', params: { segmentId: id } })),
    open('template', () => void navigate({ to: '/templates/$templateId', params: { templateId: id } })),
    open('event', () => void navigate({ to: '/events/$eventId', params: { eventId: id } })),
    open('webhook', () => void navigate({ to: '/webhooks/$webhookId', params: { webhookId: id } })),
    open('app', () => void navigate({ to: '/apps/$appId', params: { appId: id } })),
  ]
}
