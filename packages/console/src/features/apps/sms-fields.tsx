import { Checkbox, Code, NumberInput, PasswordInput, SegmentedControl, Text, TextInput } from '@mantine/core'
import type { FieldsProps } from './credential-form.tsx'

type Values = Record<string, string>

/** An account at Twilio, or at whoever runs a message centre. */
export function SmsFields({ app, values, onChange, errors }: FieldsProps) {
  const field = (name: string) => ({
    value: values[name] ?? '',
    error: errors[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      onChange({ ...values, [name]: event.currentTarget.value }),
  })
  return (
    <>
      <SegmentedControl
        fullWidth
        aria-label="Provider"
        value={values.provider}
        onChange={(provider) => onChange({ ...values, provider })}
        data={[
          { value: 'twilio', label: 'Twilio' },
          { value: 'smpp', label: 'SMPP' },
        ]}
      />
      {values.provider === 'twilio' ? (
        <>
          <TextInput label="Account SID" required placeholder="AC…" {...field('account_sid')} />
          <PasswordInput label="Auth token" required autoComplete="off" {...field('auth_token')} />
          <TextInput
            label="From"
            description="A number of the account, a short code or a name; or instead of it a messaging service"
            placeholder="+15005550006"
            {...field('from')}
          />
          <TextInput label="Messaging service SID" placeholder="MG…" {...field('messaging_service_sid')} />
          <Text size="xs" c="dimmed">
            So that STOP is heard, set in Twilio what happens when a message comes in:{' '}
            <Code>{`POST ${window.location.origin}/v1/feedback/sms/twilio/${app.id}`}</Code> (this server’s
            public address).
          </Text>
        </>
      ) : (
        <>
          <TextInput label="Host" required placeholder="smsc.example.com" {...field('host')} />
          <NumberInput
            label="Port"
            required
            min={1}
            max={65_535}
            allowDecimal={false}
            value={values.port ?? ''}
            error={errors.port}
            onChange={(port) => onChange({ ...values, port: String(port) })}
          />
          <Checkbox
            label="TLS"
            checked={values.tls === 'true'}
            onChange={(event) => onChange({ ...values, tls: String(event.currentTarget.checked) })}
          />
          <TextInput label="System id" required maxLength={15} {...field('system_id')} />
          <PasswordInput
            label="Password"
            description="At most 8 characters, as SMPP has it"
            autoComplete="off"
            maxLength={8}
            {...field('password')}
          />
          <TextInput label="System type" maxLength={12} {...field('system_type')} />
          <TextInput
            label="From"
            description="A number, a short code or a name"
            required
            {...field('from')}
          />
          <NumberInput
            label="Window"
            description="Texts that may wait for their answer at a time; 10 unless the provider says otherwise"
            min={1}
            max={500}
            allowDecimal={false}
            value={values.window ?? ''}
            error={errors.window}
            onChange={(window) => onChange({ ...values, window: String(window) })}
          />
        </>
      )}
    </>
  )
}

export const smsFieldNames = [
  'provider',
  'account_sid',
  'auth_token',
  'from',
  'messaging_service_sid',
  'host',
  'port',
  'tls',
  'system_id',
  'password',
  'system_type',
  'window',
]

export function smsBody(values: Values) {
  const { account_sid = '', auth_token = '', from, messaging_service_sid } = values
  if (values.provider !== 'smpp')
    return {
      provider: 'twilio' as const,
      account_sid,
      auth_token,
      ...(from && { from }),
      ...(messaging_service_sid && { messaging_service_sid }),
    }
  const { host = '', port, tls, system_id = '', password = '', system_type, window } = values
  return {
    provider: 'smpp' as const,
    host,
    port: Number(port),
    tls: tls === 'true',
    system_id,
    password,
    ...(system_type && { system_type }),
    from: from ?? '',
    ...(window && { window: Number(window) }),
  }
}
