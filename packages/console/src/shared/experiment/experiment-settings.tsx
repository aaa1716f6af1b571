import { experimentMetrics, type WinnerRule } from '@carillon/contract'
import { Checkbox, Group, NumberInput, Select, Stack, Switch, Text } from '@mantine/core'
import { words } from '../format.ts'
import { type ExperimentDraft, sharesOf, usualRule } from './experiment-draft.ts'

interface ExperimentSettingsProps {
  experiment: ExperimentDraft
  onChange: (experiment: ExperimentDraft) => void
  errors: Record<string, string>
}

/** Who gets nothing, and how the winner is found. */
export function ExperimentSettings({ experiment, onChange, errors }: ExperimentSettingsProps) {
  const { winner, controlPercent } = experiment
  return (
    <Stack gap="sm" role="group" aria-label="Experiment">
      <Text fw={500}>Experiment</Text>
      <NumberInput
        label="Control group"
        description="So many people get nothing, and are told apart"
        suffix=" %"
        w={220}
        min={0}
        max={50}
        value={controlPercent}
        error={errors['experiment.control_percent']}
        onChange={(percent) => onChange({ ...experiment, controlPercent: Number(percent) || 0 })}
      />
      <Switch
        label="Send the winner to everybody left"
        description="Some people get the variants first; the others wait for the one that does best."
        checked={winner !== null}
        onChange={(event) =>
          onChange({ ...experiment, winner: event.currentTarget.checked ? usualRule : null })
        }
      />
      {winner && (
        <RuleFields
          rule={winner}
          errors={errors}
          onChange={(rule) => onChange({ ...experiment, winner: rule })}
        />
      )}
      <Text c="dimmed">{summaryOf(experiment)}</Text>
    </Stack>
  )
}

interface RuleFieldsProps {
  rule: WinnerRule
  errors: Record<string, string>
  onChange: (rule: WinnerRule) => void
}

function RuleFields({ rule, errors, onChange }: RuleFieldsProps) {
  const number = (field: 'after_minutes' | 'test_percent' | 'minimum_sent', most: number) => ({
    min: 1,
    max: most,
    allowDecimal: false,
    value: rule[field],
    error: errors[`experiment.winner.${field}`],
    onChange: (value: string | number) => onChange({ ...rule, [field]: Number(value) || 1 }),
  })
  return (
    <Stack gap="sm">
      <Group align="flex-start" gap="sm">
        <Select
          label="Best by the share"
          w={140}
          allowDeselect={false}
          data={experimentMetrics.map((value) => ({ value, label: words(value) }))}
          value={rule.metric}
          onChange={(metric) => metric && onChange({ ...rule, metric: metric as WinnerRule['metric'] })}
        />
        <NumberInput label="After" w={130} suffix=" min" {...number('after_minutes', 43_200)} />
        <NumberInput label="People in the test" w={130} suffix=" %" {...number('test_percent', 99)} />
        <NumberInput label="Sent to each, at least" w={150} {...number('minimum_sent', 1_000_000)} />
      </Group>
      <Checkbox
        label="Only a certain lead over the first variant counts (95 %)"
        checked={rule.require_confidence}
        onChange={(event) => onChange({ ...rule, require_confidence: event.currentTarget.checked })}
      />
      <Text c="dimmed" size="xs">
        With a tie, or too little to go by, the first variant wins. The report says which it was.
      </Text>
    </Stack>
  )
}

function summaryOf(experiment: ExperimentDraft): string {
  const { control, waiting, variants } = sharesOf(experiment)
  const parts = [
    ...variants.map(({ name, percent }) => `${share(percent)} get ${name}`),
    ...(waiting > 0 ? [`${share(waiting)} wait for the winner`] : []),
    ...(control > 0 ? [`${share(control)} get nothing`] : []),
  ]
  return `Of all people, ${parts.join(', ')}.`
}

const share = (percent: number) => `${Number(percent.toFixed(1))} %`
