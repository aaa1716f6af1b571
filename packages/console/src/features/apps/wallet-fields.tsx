import { PasswordInput, TextInput } from '@mantine/core'
import { CodeTextarea } from '../../shared/code-textarea.tsx'
import { FileDrop } from '../../shared/file-drop.tsx'
import type { FieldsProps } from './credential-form.tsx'

const texts = [
  {
    name: 'certificate',
    label: 'Certificate',
    hint: 'PEM; a .cer file is converted by openssl x509 -inform der -in pass.cer',
  },
  { name: 'key', label: 'Private key', hint: 'PEM; the one that the certificate request was made with' },
  {
    name: 'wwdr',
    label: 'Apple’s intermediate',
    hint: 'PEM of Worldwide Developer Relations G4, from apple.com/certificateauthority',
  },
] as const

/** A pass type certificate. */
export function WalletFields({ values, onChange, errors }: FieldsProps) {
  const set = (name: string) => (value: string) => onChange({ ...values, [name]: value })
  return (
    <>
      <TextInput
        label="Pass type id"
        required
        placeholder="pass.com.example.loyalty"
        value={values.pass_type_id ?? ''}
        error={errors.pass_type_id}
        onChange={(event) => set('pass_type_id')(event.currentTarget.value)}
      />
      <TextInput
        label="Team id"
        required
        placeholder="10 letters and digits"
        value={values.team_id ?? ''}
        error={errors.team_id}
        onChange={(event) => set('team_id')(event.currentTarget.value)}
      />
      {texts.map(({ name, label, hint }) => (
        <div key={name}>
          <FileDrop
            label={`${label} file`}
            accept=".pem"
            onFile={(file) => void file.text().then(set(name))}
          />
          <CodeTextarea
            label={label}
            description={hint}
            required
            minRows={3}
            maxRows={6}
            value={values[name] ?? ''}
            error={errors[name]}
            onChange={(event) => set(name)(event.currentTarget.value)}
          />
        </div>
      ))}
      <PasswordInput
        label="Passphrase of the key"
        description="Only where the key is encrypted"
        autoComplete="off"
        value={values.passphrase ?? ''}
        error={errors.passphrase}
        onChange={(event) => set('passphrase')(event.currentTarget.value)}
      />
    </>
  )
}
