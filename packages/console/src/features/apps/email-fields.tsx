import { NumberInput, PasswordInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { CodeTextarea } from '../../shared/code-textarea.tsx'
import type { FieldsProps } from './credential-form.tsx'

const securities = [
  { value: 'starttls', label: 'STARTTLS (port 587)' },
  { value: 'tls', label: 'TLS from the start (port 465)' },
  { value: 'none', label: 'None, for a relay of your own network' },
]

/** A mail server, who the emails are from, and what makes them trusted. */
export function EmailFields({ values, onChange, errors }: FieldsProps) {
  const set = (name: string) => (value: string) => onChange({ ...values, [name]: value })
  const text = (
    name: string,
    label: string,
    more: { description?: string; placeholder?: string; required?: boolean } = {},
  ) => (
    <TextInput
      label={label}
      {...more}
      autoComplete="off"
      value={values[name] ?? ''}
      error={errors[name]}
      onChange={(event) => set(name)(event.currentTarget.value)}
    />
  )
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {text('host', 'Mail server', { required: true, placeholder: 'smtp.example.com' })}
        <NumberInput
          label="Port"
          required
          min={1}
          max={65_535}
          allowDecimal={false}
          hideControls
          value={values.port ?? ''}
          error={errors.port}
          onChange={(port) => set('port')(String(port))}
        />
      </SimpleGrid>
      <Select
        label="Encryption"
        allowDeselect={false}
        data={securities}
        value={values.security ?? 'starttls'}
        error={errors.security}
        onChange={(security) => security && set('security')(security)}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {text('user', 'User')}
        <PasswordInput
          label="Password"
          autoComplete="off"
          value={values.password ?? ''}
          error={errors.password}
          onChange={(event) => set('password')(event.currentTarget.value)}
        />
      </SimpleGrid>
      {text('from', 'From', { required: true, placeholder: 'Shop <hello@example.com>' })}
      {text('reply_to', 'Answers go to', { description: 'Empty: to the sender' })}
      {text('bounce_domain', 'Bounce domain', {
        placeholder: 'bounces.example.com',
        description:
          'Every email gets a return address of its own there; its mail server hands what comes back to this server.',
      })}
      <Stack gap="xs">
        <Text fw={500}>DKIM signature</Text>
        <Text c="dimmed" size="sm">
          Only if your mail server does not sign by itself.
        </Text>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          {text('dkim.domain', 'Domain', { placeholder: 'example.com' })}
          {text('dkim.selector', 'Selector', { placeholder: 'mail2026' })}
        </SimpleGrid>
        <CodeTextarea
          label="Private key"
          description="RSA, PEM"
          minRows={2}
          maxRows={6}
          value={values['dkim.private_key'] ?? ''}
          error={errors['dkim.private_key']}
          onChange={(event) => set('dkim.private_key')(event.currentTarget.value)}
        />
      </Stack>
    </>
  )
}
