import { signOut } from '@carillon/contract'
import { ActionIcon, AppShell, Burger, Group, Kbd, Text, Tooltip, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBellRinging2, IconLogout, IconSearch } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate } from '@tanstack/react-router'
import { useMe, useWrite } from '../shared/server.ts'
import { ColorSchemeMenu } from './color-scheme-menu.tsx'
import { openPalette, Palette } from './palette.tsx'
import { Rail } from './rail.tsx'
import classes from './shell.module.css'

/** The frame around every page: the rail of rooms, the way to anything by typing, and who is signed in. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure(false)
  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 208, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={{ base: 'md', sm: 'lg' }}
    >
      <a href="#main" className={classes.skip}>
        Skip to content
      </a>
      <AppShell.Header className={classes.header}>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="sm" size="sm" aria-label="Menu" />
            <IconBellRinging2
              size={20}
              stroke={1.7}
              color="var(--mantine-primary-color-filled)"
              aria-hidden
            />
            <Text fw={650} fz={15}>
              Carillon
            </Text>
            <WorkspaceName />
          </Group>
          <Group gap={4} wrap="nowrap">
            <UnstyledButton className={classes.search} onClick={openPalette} aria-label="Search or jump to">
              <IconSearch size={14} aria-hidden />
              <Text component="span" c="dimmed" visibleFrom="sm">
                Search or jump to
              </Text>
              <Group component="span" gap={3} visibleFrom="sm" ml="lg">
                <Kbd>Ctrl</Kbd>
                <Kbd>K</Kbd>
              </Group>
            </UnstyledButton>
            <ColorSchemeMenu />
            <SignOutAction />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar className={classes.rail} p="xs" onClick={close}>
        <Rail />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} className={classes.main}>
        <Outlet />
      </AppShell.Main>
      <Palette />
    </AppShell>
  )
}

function WorkspaceName() {
  const me = useMe().data
  if (!me) return null
  return (
    <Text c="dimmed" visibleFrom="xs" truncate maw={220}>
      {me.workspace.name}
    </Text>
  )
}

function SignOutAction() {
  const navigate = useNavigate()
  const cache = useQueryClient()
  const leave = useWrite(signOut)
  const run = async () => {
    await leave.mutateAsync({ input: {} })
    cache.clear()
    await navigate({ to: '/sign-in' })
  }
  return (
    <Tooltip label="Sign out">
      <ActionIcon aria-label="Sign out" loading={leave.isPending} onClick={() => void run()}>
        <IconLogout size={16} stroke={1.6} />
      </ActionIcon>
    </Tooltip>
  )
}
