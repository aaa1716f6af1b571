import type { App } from '@carillon/contract'
import { Avatar } from '@mantine/core'

export function AppIcon({ app, size = 24 }: { app: Pick<App, 'icon' | 'name'>; size?: number }) {
  return <Avatar src={app.icon} alt="" name={app.name} color="bell" size={size} radius="sm" />
}
