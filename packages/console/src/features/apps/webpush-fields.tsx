import { Collapse, PasswordInput, Stack, Switch, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { FieldsProps } from './credential-form.tsx'

export function WebPushFields({ values, onChange, errors }: FieldsProps) {
  const [ownPair, setOwnPair] = useState(false)
  const set = (name: string, value: string) => onChange({ ...values, [name]: value })
  const toggle = (own: boolean) => {
    setOwnPair(own)
    if (!own) onChange({ subject: values.subject ?? '' })
  }
  return (
    <>
      <TextInput
        label="Contact"
        description="A mailto: or https address where a push service reaches whoever runs this server"
        required
        placeholder="mailto:ops@example.com"
        value={values.subject ?? ''}
        error={errors.subject}
        onChange={(event) => set('subject', event.currentTarget.value)}
      />
      <Switch
        label="Bring our own VAPID pair"
        description="Otherwise one is made. Browsers that subscribed with another pair have to subscribe again."
        checked={ownPair}
        onChange={(event) => toggle(event.currentTarget.checked)}
      />
      <Collapse expanded={ownPair} keepMounted={false}>
        <Stack gap="sm">
          <TextInput
            label="Public key"
            value={values.public_key ?? ''}
            error={errors.public_key}
            onChange={(event) => set('public_key', event.currentTarget.value)}
          />
          <PasswordInput
            label="Private key"
            autoComplete="off"
            value={values.private_key ?? ''}
            error={errors.private_key}
            onChange={(event) => set('private_key', event.currentTarget.value)}
          />
        </Stack>
      </Collapse>
    </>
  )
}
