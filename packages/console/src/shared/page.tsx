import { Box, Group, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './page.module.css'

interface PageProps {
  title: string
  /** The way back, above the title. */
  back?: ReactNode
  /** Beside the title: a status, an id. */
  beside?: ReactNode
  description?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** Every page's frame: the document's title, one h1, its actions on the right. */
export function Page({ title, back, beside, description, actions, children }: PageProps) {
  return (
    <Stack gap="md" className={classes.page}>
      <title>{`${title} · Carillon`}</title>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Box miw={0}>
          {back && <Box mb={2}>{back}</Box>}
          <Group gap="sm" wrap="wrap">
            <Title order={1} className={classes.title}>
              {title}
            </Title>
            {beside}
          </Group>
          {description && (
            <Text c="dimmed" mt={2} maw={720}>
              {description}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </Stack>
  )
}

interface SectionProps {
  title?: ReactNode
  description?: ReactNode
  actions?: ReactNode
  /** No inner padding, for tables and lists that reach the edges. */
  flush?: boolean
  children: ReactNode
}

export function Section({ title, description, actions, flush, children }: SectionProps) {
  return (
    <Paper withBorder component="section" className={classes.section}>
      {(title || actions) && (
        <Group justify="space-between" gap="sm" className={classes.sectionHead}>
          <Box miw={0}>
            <Title order={2}>{title}</Title>
            {description && <Text c="dimmed">{description}</Text>}
          </Box>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
      )}
      <Box className={flush ? undefined : classes.sectionBody}>{children}</Box>
    </Paper>
  )
}

/** A name and its value, in two columns. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? <Text c="dimmed">–</Text>}</dd>
        </div>
      ))}
    </dl>
  )
}
