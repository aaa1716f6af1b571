import { signIn } from '@carillon/contract'
import {
  Alert,
  Button,
  Center,
  Code,
  Group,
  Loader,
  Paper,
  PasswordInput,
  Stack,
  Text,
  Title,
} from '@mantine/core'
import { IconBellRinging2 } from '@tabler/icons-react'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { describeFailure } from '../../shared/failure.ts'
import { useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

const route = getRouteApi('/sign-in')

/** Trades the one-time link of the start command, or a secret key, for a session cookie. */
export function SignInPage() {
  const { next } = route.useSearch()
  const { history } = useRouter()
  const { mutate, isPending, isSuccess, error } = useWrite(signIn, { showsFailure: true })
  const linkToken = useRef(new URLSearchParams(window.location.search).get('token'))
  useEffect(() => {
    const token = linkToken.current
    // A one-time token works once; React's double mounting in development must not spend it twice.
    linkToken.current = null
    if (token) mutate({ input: { body: { token } } })
  }, [mutate])
  useEffect(() => {
    // Only paths of this console: an address elsewhere must not ride on the sign-in link.
    if (isSuccess) history.replace(next && /^\/(?!\/)/.test(next) ? next : '/')
  }, [isSuccess, history, next])
  return (
    <Center mih="100vh" p="md" component="main">
      <title>Sign in · Carillon</title>
      <Paper withBorder p="xl" w="100%" maw={400}>
        <Group gap="xs" mb="md">
          <IconBellRinging2 size={22} stroke={1.7} color="var(--mantine-primary-color-filled)" aria-hidden />
          <Title order={1}>Sign in to Carillon</Title>
        </Group>
        {isPending || isSuccess ? (
          <Group role="status">
            <Loader size="xs" />
            <Text>Signing in</Text>
          </Group>
        ) : (
          <KeyForm error={error} onSubmit={(token) => mutate({ input: { body: { token } } })} />
        )}
      </Paper>
    </Center>
  )
}

/** The title of a refusal speaks to callers of the API; only its detail speaks to whoever stands here. */
function SignInFailure({ error }: { error: Error | null }) {
  if (!error) return null
  const { code, detail } = describeFailure(error)
  if (code !== 'unauthenticated' || !detail) return <FormFailure error={error} />
  return (
    <Alert color="red" role="alert" title="That did not sign you in">
      {detail}
    </Alert>
  )
}

function KeyForm({ error, onSubmit }: { error: Error | null; onSubmit: (token: string) => void }) {
  const [key, setKey] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit(key.trim())
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <SignInFailure error={error} />
        <PasswordInput
          label="Secret key"
          placeholder="sk_…"
          autoFocus
          autoComplete="current-password"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          description={
            <>
              The first start wrote it to <Code>data/secret-key.txt</Code>. Or open the sign-in link that the
              start command printed; it works once.
            </>
          }
        />
        <Button type="submit" disabled={!key.trim()}>
          Sign in
        </Button>
      </Stack>
    </form>
  )
}
