import { Anchor, Button, type ButtonProps, NavLink } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { createLink } from '@tanstack/react-router'
import classes from './links.module.css'

export const TextLink = createLink(Anchor<'a'>)
export const ButtonLink = createLink(
  (props: ButtonProps & Omit<React.ComponentProps<'a'>, keyof ButtonProps>) => (
    <Button component="a" {...props} />
  ),
)
export const RailLink = createLink(NavLink<'a'>)

/** The name in a table row: one link that the whole row answers to. */
export const RowLink = createLink((props: React.ComponentProps<'a'>) => (
  <a {...props} className={classes.row}>
    {props.children}
  </a>
))

/** The way up, above a page's title. */
export const BackLink = createLink((props: React.ComponentProps<'a'>) => (
  <Anchor {...props} size="xs" c="dimmed">
    <IconArrowLeft size={11} aria-hidden /> {props.children}
  </Anchor>
))
