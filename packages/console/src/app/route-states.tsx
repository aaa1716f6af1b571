import { Box, Container } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { ButtonLink } from '../shared/links.tsx'
import { EmptyState, FailureView } from '../shared/states.tsx'

export function NotFoundPage() {
  return (
    <Box pt="xl">
      <title>Not found · Carillon</title>
      <EmptyState
        icon={IconMapOff}
        title="There is no such page"
        action={
          <ButtonLink to="/" variant="default">
            Go home
          </ButtonLink>
        }
      />
    </Box>
  )
}

export function RouteFailure({ error, reset }: ErrorComponentProps) {
  return (
    <Container size="sm" py="xl">
      <title>Something broke · Carillon</title>
      <FailureView error={error} onRetry={reset} />
    </Container>
  )
}
