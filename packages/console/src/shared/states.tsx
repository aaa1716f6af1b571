import { Alert, Button, Center, Code, Group, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core'
import { IconAlertTriangle, IconLock, type TablerIcon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { describeFailure } from './failure.ts'

interface Answer<T> {
  data: T | undefined
  error: Error | null
  refetch: () => unknown
}

/** One read as a page part: skeleton, failure with retry, no permission, or what was asked for. */
export function Loaded<T>({
  query,
  skeleton = <SkeletonRows />,
  children,
}: {
  query: Answer<T>
  skeleton?: ReactNode
  children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <FailureView error={query.error} onRetry={query.refetch} />
  return skeleton
}

/** Why nothing can be shown: the server's own title, detail and request id. */
export function FailureView({ error, onRetry }: { error: unknown; onRetry?: () => unknown }) {
  const { code, title, detail, requestId } = describeFailure(error)
  if (code === 'forbidden') return <NoPermission detail={detail} />
  return (
    <Alert color="red" title={title} icon={<IconAlertTriangle size={17} />} role="alert">
      <Stack gap="xs" align="flex-start">
        {detail && <Text>{detail}</Text>}
        {requestId && (
          <Text c="dimmed">
            Request <Code>{requestId}</Code>
          </Text>
        )}
        {onRetry && (
          <Button variant="default" onClick={() => onRetry()}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  )
}

/** The failure of a form, less the places that its fields show themselves. */
export function FormFailure({ error, fields = [] }: { error: unknown; fields?: readonly string[] }) {
  if (!error) return null
  const { title, detail, requestId, places } = describeFailure(error)
  const elsewhere = places.filter(({ pointer }) => !fields.includes(pointer.slice(1).replaceAll('/', '.')))
  return (
    <Alert color="red" title={title} role="alert" aria-live="assertive">
      {detail && <Text>{detail}</Text>}
      {elsewhere.map((place) => (
        <Text key={place.pointer + place.detail}>
          <Code>{place.pointer || '/'}</Code> {place.detail}
        </Text>
      ))}
      {requestId && (
        <Text size="xs" c="dimmed">
          Request {requestId}
        </Text>
      )}
    </Alert>
  )
}

function NoPermission({ detail }: { detail?: string }) {
  return (
    <EmptyState icon={IconLock} title="Your key may not see this">
      {detail ?? 'Sign in with a key that has the scope, or ask whoever runs this server for one.'}
    </EmptyState>
  )
}

interface EmptyStateProps {
  icon: TablerIcon
  title: string
  children?: ReactNode
  /** The one thing to do next. */
  action?: ReactNode
}

export function EmptyState({ icon: Icon, title, children, action }: EmptyStateProps) {
  return (
    <Center py={36} px="md">
      <Stack align="center" gap="xs" maw={420}>
        <ThemeIcon variant="light" color="gray" size={38} radius="md">
          <Icon size={20} stroke={1.5} aria-hidden />
        </ThemeIcon>
        <Text fw={600} ta="center">
          {title}
        </Text>
        {children && (
          <Text c="dimmed" ta="center">
            {children}
          </Text>
        )}
        {action && <Group mt={4}>{action}</Group>}
      </Stack>
    </Center>
  )
}

export function SkeletonRows({ rows = 6 }: { rows?: number }) {
  return (
    <Stack gap="xs" p="sm" aria-busy="true" aria-label="Loading">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no identity
        <Skeleton key={row} height={22} width={`${100 - ((row * 13) % 30)}%`} />
      ))}
    </Stack>
  )
}
