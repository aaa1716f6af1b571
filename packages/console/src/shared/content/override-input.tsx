import { NumberInput, Select, TagsInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { CodeTextarea } from '../code-textarea.tsx'
import { parseJson } from '../json-text.ts'
import { LiquidField } from './liquid-field.tsx'
import type { OverrideField } from './override-fields.ts'

interface OverrideInputProps {
  field: OverrideField
  value: unknown
  error: string | undefined
  /** Undefined takes the override away. */
  onChange: (value: unknown) => void
}

export function OverrideInput({ field, value, error, onChange }: OverrideInputProps) {
  const input = { label: field.label, description: field.hint, error, inputWrapperOrder: order }
  switch (field.kind) {
    case 'liquid':
      return <LiquidField {...input} value={asText(value)} onChange={onChange} />
    case 'text':
      return (
        <TextInput
          {...input}
          value={asText(value)}
          onChange={(event) => onChange(event.currentTarget.value || undefined)}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...input}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(next === '' ? undefined : next)}
        />
      )
    case 'switch':
      return (
        <Select
          {...input}
          clearable
          placeholder="Default"
          data={[
            { value: 'true', label: 'Yes' },
            { value: 'false', label: 'No' },
          ]}
          value={value === undefined ? null : String(value)}
          onChange={(next) => onChange(next === null ? undefined : next === 'true')}
        />
      )
    case 'choice':
    case 'numberChoice':
      return (
        <Select
          {...input}
          clearable
          placeholder="Default"
          data={[...(field.choices ?? [])]}
          value={value === undefined ? null : String(value)}
          onChange={(next) => onChange(chosen(next, field.kind === 'numberChoice'))}
        />
      )
    case 'list':
      return <TagsInput {...input} value={asList(value)} onChange={onChange} />
    case 'numberList':
      return <TagsInput {...input} value={asList(value)} onChange={(next) => onChange(next.map(Number))} />
    case 'json':
      return <JsonInput {...input} value={value} onChange={onChange} />
  }
}

const order: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error']

type JsonInputProps = Pick<OverrideInputProps, 'value' | 'onChange' | 'error'> & {
  label: string
  description?: string
}

/** Tells of JSON only once it is whole. */
function JsonInput({ value, onChange, error, ...input }: JsonInputProps) {
  const [text, setText] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)))
  const { fault } = parseJson(text)
  return (
    <CodeTextarea
      {...input}
      minRows={2}
      value={text}
      error={fault ?? error}
      onChange={(event) => {
        setText(event.currentTarget.value)
        const parsed = parseJson(event.currentTarget.value)
        if (!parsed.fault) onChange(parsed.value)
      }}
    />
  )
}

function chosen(next: string | null, numeric: boolean) {
  if (next === null) return undefined
  return numeric ? Number(next) : next
}

/** An APNs sound may be an object; it is shown by its name. */
function asText(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' && 'name' in value ? String(value.name) : String(value)
}

const asList = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
