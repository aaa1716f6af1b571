import type { SegmentDefinition } from '@carillon/contract'
import { Code, Group, Radio, SegmentedControl, Stack, Text } from '@mantine/core'
import { CodeTextarea } from '../../shared/code-textarea.tsx'
import { type DefinitionFault, definitionFault } from './definition.ts'

type Evaluation = SegmentDefinition['evaluation']

interface DefinitionFieldProps {
  definition: string
  evaluation: Evaluation
  numbers: readonly number[]
  onChange: (change: { definition?: string; evaluation?: Evaluation }) => void
  /** What the server said about it. */
  error: string | undefined
}

export function DefinitionField({ definition, evaluation, numbers, onChange, error }: DefinitionFieldProps) {
  const mode = /^(all|any)$/.test(definition) ? definition : 'custom'
  const fault = definitionFault(definition, numbers)
  const choose = (next: string) =>
    onChange({ definition: next === 'custom' ? numbers.join(' AND ') || '1' : next })
  return (
    <Stack gap="xs">
      <SegmentedControl
        aria-label="How the conditions combine"
        value={mode}
        onChange={choose}
        data={[
          { value: 'all', label: 'All of them' },
          { value: 'any', label: 'Any of them' },
          { value: 'custom', label: 'Custom' },
        ]}
      />
      {mode === 'custom' && (
        <>
          <CodeTextarea
            label="Expression"
            description="Condition numbers with AND, OR, NOT and parentheses"
            minRows={1}
            value={definition}
            onChange={(event) => onChange({ definition: event.currentTarget.value })}
            error={fault ? <FaultPlace definition={definition} fault={fault} /> : error}
          />
          <EvaluationChoice evaluation={evaluation} onChange={(next) => onChange({ evaluation: next })} />
        </>
      )}
    </Stack>
  )
}

interface EvaluationChoiceProps {
  evaluation: Evaluation
  onChange: (evaluation: Evaluation) => void
}

function EvaluationChoice({ evaluation, onChange }: EvaluationChoiceProps) {
  return (
    <Radio.Group
      label="Evaluation"
      value={evaluation}
      onChange={(next) => onChange(next === 'left_to_right' ? next : 'standard')}
    >
      <Group gap="lg" mt={4}>
        <Radio value="standard" label="Standard: AND before OR" />
        <Radio value="left_to_right" label="Left to right, as imported definitions may mean it" />
      </Group>
    </Radio.Group>
  )
}

/** The expression once more with a caret under the place, so that it reads without counting. */
function FaultPlace({ definition, fault }: { definition: string; fault: DefinitionFault }) {
  return (
    <>
      <Code block c="red" p={4}>
        {definition.replaceAll('\n', ' ')}
        {'\n'}
        {' '.repeat(fault.at)}^
      </Code>
      <Text component="span" size="xs">
        At character {fault.at + 1}: {fault.detail}.
      </Text>
    </>
  )
}
