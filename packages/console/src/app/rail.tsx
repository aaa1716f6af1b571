import { Stack, Text } from '@mantine/core'
import { RailLink } from '../shared/links.tsx'
import { useMe } from '../shared/server.ts'
import classes from './rail.module.css'
import { roomsWith } from './rooms.ts'

export function Rail() {
  const rooms = roomsWith(useMe().data?.sandbox ?? false)
  const groups = [...new Set(rooms.map(({ group }) => group))]
  return (
    <nav aria-label="Rooms">
      <Stack gap="sm">
        {groups.map((group) => (
          <div key={group}>
            {group && (
              <Text size="xs" c="dimmed" fw={500} px={10} mb={2}>
                {group}
              </Text>
            )}
            {rooms
              .filter((room) => room.group === group)
              .map(({ to, label, icon: Icon }) => (
                <RailLink
                  key={to}
                  to={to}
                  label={label}
                  leftSection={<Icon size={16} stroke={1.6} aria-hidden />}
                  activeOptions={{ exact: to === '/', includeSearch: false }}
                  activeProps={{ 'data-active': true, 'aria-current': 'page' } as object}
                  classNames={{ root: classes.link, label: classes.label }}
                />
              ))}
          </div>
        ))}
      </Stack>
    </nav>
  )
}
