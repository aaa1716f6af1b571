import { PasswordInput, SegmentedControl, Select, Stack, TextInput } from '@mantine/core'
import { CodeTextarea } from '../../shared/code-textarea.tsx'
import { FileDrop, toBase64 } from '../../shared/file-drop.tsx'
import type { FieldsProps } from './credential-form.tsx'

export function ApnsFields(props: FieldsProps) {
  const { values, onChange, errors } = props
  const set = (name: string) => (value: string) => onChange({ ...values, [name]: value })
  return (
    <>
      <SegmentedControl
        aria-label="How to sign in to Apple"
        value={values.auth ?? 'token'}
        onChange={set('auth')}
        data={[
          { value: 'token', label: 'Key (.p8)' },
          { value: 'certificate', label: 'Certificate (.p12)' },
        ]}
      />
      {values.auth === 'certificate' ? <CertificateFields {...props} /> : <KeyFields {...props} />}
      <TextInput
        label="Bundle id"
        description={values.auth === 'certificate' ? 'Left out: the one in the certificate' : undefined}
        required={values.auth !== 'certificate'}
        placeholder="com.example.app"
        value={values.bundle_id ?? ''}
        error={errors.bundle_id}
        onChange={(event) => set('bundle_id')(event.currentTarget.value)}
      />
      <Select
        label="Environment"
        description="Devices of a build from Xcode are in the sandbox; TestFlight and the App Store are production."
        allowDeselect={false}
        value={values.environment ?? 'production'}
        error={errors.environment}
        onChange={(value) => set('environment')(value ?? 'production')}
        data={[
          { value: 'production', label: 'Production' },
          { value: 'sandbox', label: 'Sandbox (development)' },
        ]}
      />
    </>
  )
}

function KeyFields({ values, onChange, errors }: FieldsProps) {
  const set = (name: string, value: string) => onChange({ ...values, [name]: value })
  const takeFile = async (file: File) => {
    const key = await file.text()
    // Apple names the file AuthKey_<key id>.p8.
    const keyId = /AuthKey_([A-Z0-9]{10})\.p8$/.exec(file.name)?.[1]
    onChange({ ...values, key, ...(keyId ? { key_id: keyId } : {}) })
  }
  return (
    <Stack gap="sm">
      <FileDrop label="Key file" accept=".p8" onFile={(file) => void takeFile(file)} />
      <CodeTextarea
        label="Key"
        description="The text of the .p8 file"
        required
        minRows={4}
        maxRows={6}
        value={values.key ?? ''}
        error={errors.key}
        onChange={(event) => set('key', event.currentTarget.value)}
      />
      <TextInput
        label="Key id"
        required
        placeholder="10 letters and digits"
        value={values.key_id ?? ''}
        error={errors.key_id}
        onChange={(event) => set('key_id', event.currentTarget.value)}
      />
      <TextInput
        label="Team id"
        required
        placeholder="10 letters and digits"
        value={values.team_id ?? ''}
        error={errors.team_id}
        onChange={(event) => set('team_id', event.currentTarget.value)}
      />
    </Stack>
  )
}

function CertificateFields({ values, onChange, errors }: FieldsProps) {
  return (
    <Stack gap="sm">
      <FileDrop
        label="Certificate file"
        accept=".p12,.pfx"
        onFile={(file) => void toBase64(file).then((certificate) => onChange({ ...values, certificate }))}
      />
      <TextInput
        label="Certificate"
        description="Base64; filled in from the file"
        required
        readOnly
        value={values.certificate ?? ''}
        error={errors.certificate}
      />
      <PasswordInput
        label="Passphrase"
        autoComplete="off"
        value={values.passphrase ?? ''}
        error={errors.passphrase}
        onChange={(event) => onChange({ ...values, passphrase: event.currentTarget.value })}
      />
    </Stack>
  )
}
