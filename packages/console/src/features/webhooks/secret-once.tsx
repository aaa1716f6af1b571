import { Alert } from '@mantine/core'
import { Copyable } from '../../shared/copyable.tsx'

export function SecretOnce({ secret }: { secret: string }) {
  return (
    <>
      <Alert color="yellow" title="It is shown this once">
        Your server checks with it that events come from here. Copy it now; it is kept sealed.
      </Alert>
      <Copyable value={secret} label="Copy the secret" />
    </>
  )
}
