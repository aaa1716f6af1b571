import { CodeTextarea } from '../../shared/code-textarea.tsx'
import { FileDrop } from '../../shared/file-drop.tsx'
import { parseJson } from '../../shared/json-text.ts'
import type { FieldsProps } from './credential-form.tsx'

export function FcmFields({ values, onChange, errors }: FieldsProps) {
  const text = values.service_account ?? ''
  return (
    <>
      <FileDrop
        label="Service account file"
        accept=".json"
        onFile={(file) => void file.text().then((service_account) => onChange({ service_account }))}
      />
      <CodeTextarea
        label="Service account"
        description="The JSON file from Google Cloud: IAM, Service accounts, Keys"
        required
        minRows={8}
        value={text}
        error={sentenceOf(errors) ?? parseJson(text).fault}
        onChange={(event) => onChange({ service_account: event.currentTarget.value })}
      />
    </>
  )
}

/** The server points inside the file (`service_account.private_key`); all of it is this one field. */
function sentenceOf(errors: Record<string, string>): string | undefined {
  const sentences = Object.entries(errors).map(
    ([field, sentence]) => `${field.split('.').at(-1)}: ${sentence}`,
  )
  return sentences.length > 0 ? sentences.join('; ') : undefined
}
