import { PasswordInput, TextInput } from '@mantine/core'
import type { FieldsProps } from './credential-form.tsx'

export function WnsFields({ values, onChange, errors }: FieldsProps) {
  const set = (name: string, value: string) => onChange({ ...values, [name]: value })
  return (
    <>
      <TextInput
        label="Tenant id"
        description="Entra admin centre, App registrations, Overview"
        required
        value={values.tenant_id ?? ''}
        error={errors.tenant_id}
        onChange={(event) => set('tenant_id', event.currentTarget.value)}
      />
      <TextInput
        label="Client id"
        required
        value={values.client_id ?? ''}
        error={errors.client_id}
        onChange={(event) => set('client_id', event.currentTarget.value)}
      />
      <PasswordInput
        label="Client secret"
        required
        autoComplete="off"
        value={values.client_secret ?? ''}
        error={errors.client_secret}
        onChange={(event) => set('client_secret', event.currentTarget.value)}
      />
    </>
  )
}
