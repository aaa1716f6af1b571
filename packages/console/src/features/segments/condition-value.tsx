import { type AttributeType, type Condition, listMessages } from '@carillon/contract'
import { Group, NumberInput, Select, TagsInput, Text, TextInput } from '@mantine/core'
import { ago } from '../../shared/format.ts'
import { useSegmentChoices } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import { type Draft, typedValue } from './condition-editing.ts'
import { operatorFacts } from './operators.ts'

interface ConditionValueProps {
  condition: Draft
  type: AttributeType
  choices: readonly string[] | null
  onChange: (condition: Draft) => void
}

/** The input that fits the operator and the attribute's type. */
export function ConditionValue({ condition, type, choices, onChange }: ConditionValueProps) {
  const label = `Condition ${condition.number}: value`
  const set = (value: Condition['value']) => onChange({ ...condition, value })
  const { value } = condition
  switch (operatorFacts[condition.operator].kind) {
    case 'none':
      return <Text />
    case 'one':
      return <OneValue label={label} value={value} type={type} choices={choices} onChange={set} />
    case 'list':
      return (
        <TagsInput
          aria-label={label}
          placeholder={listOf(value).length ? '' : 'Type, then Enter'}
          splitChars={[',', '\n']}
          data={choices ? [...choices] : []}
          value={listOf(value).map(String)}
          onChange={(texts) => set(texts.map((text) => typedValue(text, type)))}
        />
      )
    case 'range': {
      const [low = '', high = ''] = listOf(value)
      return (
        <Group gap={6} wrap="nowrap">
          <OneValue
            label={`${label}, low`}
            value={low}
            type={type}
            choices={null}
            onChange={(v) => set([v, high])}
          />
          <Text c="dimmed">and</Text>
          <OneValue
            label={`${label}, high`}
            value={high}
            type={type}
            choices={null}
            onChange={(v) => set([low, v])}
          />
        </Group>
      )
    }
    case 'days':
      return (
        <NumberInput
          aria-label={label}
          min={0}
          suffix=" days"
          allowDecimal={false}
          value={typeof value === 'number' ? value : ''}
          onChange={(days) => set(days)}
        />
      )
    case 'message':
      return <MessageValue label={label} value={value} onChange={set} />
    case 'segment':
      return <SegmentValue label={label} value={value} onChange={set} />
  }
}

interface OneValueProps {
  label: string
  value: Condition['value']
  type: AttributeType
  choices: readonly string[] | null
  onChange: (value: string | number | boolean) => void
}

function OneValue({ label, value, type, choices, onChange }: OneValueProps) {
  const text = value === undefined || Array.isArray(value) ? '' : String(value)
  if (type === 'boolean' || (type === 'picklist' && choices)) {
    const data = type === 'boolean' ? ['true', 'false'] : [...(choices ?? [])]
    return (
      <Select
        aria-label={label}
        placeholder="Pick"
        data={data}
        value={text || null}
        onChange={(picked) => onChange(typedValue(picked ?? '', picked ? type : 'string'))}
      />
    )
  }
  if (type === 'number') {
    return (
      <NumberInput
        aria-label={label}
        flex={1}
        miw={0}
        placeholder="Number"
        value={text}
        onChange={(next) => onChange(typeof next === 'number' ? next : String(next))}
      />
    )
  }
  return (
    <TextInput
      aria-label={label}
      flex={1}
      miw={0}
      type={type === 'date' ? 'date' : 'text'}
      placeholder="Value"
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

interface PickedIdProps {
  label: string
  value: Condition['value']
  onChange: (value: string) => void
}

function MessageValue({ label, value, onChange }: PickedIdProps) {
  const messages = useRead(listMessages, { query: { limit: 100 } }).data?.data ?? []
  return (
    <Select
      aria-label={label}
      placeholder="Pick a message"
      searchable
      data={messages.map(({ id, title, created_at }) => ({
        value: id,
        label: `${title ?? 'Without a title'} · ${ago(created_at)}`,
      }))}
      value={typeof value === 'string' ? value : null}
      onChange={(id) => id && onChange(id)}
    />
  )
}

function SegmentValue({ label, value, onChange }: PickedIdProps) {
  return (
    <Select
      aria-label={label}
      placeholder="Pick a segment"
      searchable
      data={useSegmentChoices()}
      value={typeof value === 'string' ? value : null}
      onChange={(id) => id && onChange(id)}
    />
  )
}

const listOf = (value: Condition['value']) => (Array.isArray(value) ? value : [])
