import {
  IconApps,
  IconBolt,
  IconDeviceMobile,
  IconDevices,
  IconFilter,
  IconHistory,
  IconHome,
  IconMessageReply,
  IconPencilPlus,
  IconSend,
  IconSettings,
  IconSpeakerphone,
  IconTemplate,
  IconUsers,
  IconWallet,
  IconWebhook,
} from '@tabler/icons-react'

/** The rail and the palette, in one order. */
export const rooms = [
  { to: '/', label: 'Home', icon: IconHome, group: '' },
  { to: '/compose', label: 'Compose', icon: IconPencilPlus, group: '' },
  { to: '/messages', label: 'Messages', icon: IconSend, group: '' },
  { to: '/inbound', label: 'Replies', icon: IconMessageReply, group: '' },
  { to: '/campaigns', label: 'Campaigns', icon: IconSpeakerphone, group: '' },
  { to: '/users', label: 'Users', icon: IconUsers, group: 'Audience' },
  { to: '/subscriptions', label: 'Subscriptions', icon: IconDevices, group: 'Audience' },
  { to: '/passes', label: 'Passes', icon: IconWallet, group: 'Audience' },
  { to: '/segments', label: 'Segments', icon: IconFilter, group: 'Audience' },
  { to: '/templates', label: 'Templates', icon: IconTemplate, group: 'Content' },
  { to: '/events', label: 'Events', icon: IconBolt, group: 'Content' },
  { to: '/apps', label: 'Apps', icon: IconApps, group: 'Setup' },
  { to: '/webhooks', label: 'Webhooks', icon: IconWebhook, group: 'Setup' },
  { to: '/phones', label: 'Virtual phones', icon: IconDeviceMobile, group: 'Setup' },
  { to: '/audit', label: 'Audit', icon: IconHistory, group: 'Setup' },
  { to: '/settings', label: 'Settings', icon: IconSettings, group: 'Setup' },
] as const

/** Virtual phones are there only where a sandbox stands behind the server. */
export function roomsWith(sandbox: boolean) {
  return rooms.filter(({ to }) => sandbox || to !== '/phones')
}
