import { type BodyInputOf, type createSegment, estimateSegment } from '@carillon/contract'
import { Box, Button, Grid, Group, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { useAttributes } from '../../shared/attributes.ts'
import { EstimateCard } from '../../shared/estimate-card.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { Section } from '../../shared/page.tsx'
import { AppSelect } from '../../shared/pickers.tsx'
import { useCan, useRead } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { addCondition, type Draft, isComplete, removeCondition } from './condition-editing.ts'
import { ConditionRow } from './condition-row.tsx'
import { definitionFault } from './definition.ts'
import { DefinitionField } from './definition-field.tsx'
import { DefinitionReading } from './definition-reading.tsx'

type SegmentBody = BodyInputOf<typeof createSegment>

interface SegmentBuilderProps {
  first: SegmentBody
  saving: boolean
  failure: Error | null
  onSave: (segment: SegmentBody) => void
}

export function SegmentBuilder({ first, saving, failure, onSave }: SegmentBuilderProps) {
  const [name, setName] = useState(first.name)
  const [conditions, setConditions] = useState<Draft[]>(first.conditions)
  const [combining, setCombining] = useState({
    definition: first.definition ?? 'all',
    evaluation: first.evaluation ?? 'standard',
  })
  const mayWrite = useCan('segments:write')
  const errors = fieldErrors(failure)
  const segment = { name, conditions, ...combining }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSave(segment)
  }
  return (
    <form onSubmit={submit}>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack>
            <TextInput
              label="Name"
              required
              value={name}
              error={errors.name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Section title="Conditions">
              <Conditions conditions={conditions} onChange={setConditions} errors={errors} />
            </Section>
            <Section title="Definition" description="How the conditions combine.">
              <Stack gap="sm">
                <DefinitionField
                  {...combining}
                  numbers={conditions.map(({ number }) => number)}
                  onChange={(change) => setCombining({ ...combining, ...change })}
                  error={errors.definition}
                />
                <DefinitionReading {...combining} conditions={conditions} />
              </Stack>
            </Section>
            <FormFailure error={failure} fields={['name', 'definition', ...conditionFields(conditions)]} />
            <Group>
              <Button type="submit" loading={saving} disabled={!mayWrite}>
                Save
              </Button>
            </Group>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <Box pos="sticky" top={68}>
            <LiveEstimate segment={segment} />
          </Box>
        </Grid.Col>
      </Grid>
    </form>
  )
}

interface ConditionsProps {
  conditions: Draft[]
  onChange: (conditions: Draft[]) => void
  errors: Record<string, string>
}

function Conditions({ conditions, onChange, errors }: ConditionsProps) {
  const schema = useAttributes()
  return (
    <Stack gap="sm">
      {conditions.length === 0 && <Text c="dimmed">Without a condition, everybody matches.</Text>}
      {conditions.map((condition, place) => (
        <ConditionRow
          key={condition.number}
          condition={condition}
          schema={schema}
          error={conditionErrors(errors, place)}
          onChange={(next) =>
            onChange(conditions.map((old) => (old.number === condition.number ? next : old)))
          }
          onRemove={() => onChange(removeCondition(conditions, condition.number))}
        />
      ))}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => onChange(addCondition(conditions, schema[0]?.name ?? 'email'))}
        >
          Add condition
        </Button>
      </Group>
    </Stack>
  )
}

/** Asked a moment after the last change, and only for what is complete. */
function LiveEstimate({ segment }: { segment: SegmentBody }) {
  const [appId, setAppId] = useState<string>()
  const [{ conditions, definition, evaluation }] = useDebouncedValue(segment, 300)
  const numbers = conditions.map(({ number }) => number)
  const ready = conditions.every(isComplete) && !definitionFault(definition ?? 'all', numbers)
  const { data, error, isFetching } = useRead(
    estimateSegment,
    { body: { conditions, definition, evaluation, app_id: appId } },
    { enabled: ready, keepLast: true },
  )
  return (
    <Section title="Live estimate">
      <Stack>
        <AppSelect
          label="Reachable through"
          placeholder="Any app"
          clearable
          value={appId}
          onChange={setAppId}
        />
        {ready || data ? (
          <EstimateCard estimate={data} error={error} fetching={isFetching || !ready} />
        ) : (
          <Text c="dimmed">Complete the conditions to see who matches.</Text>
        )}
      </Stack>
    </Section>
  )
}

const conditionParts = ['attribute', 'operator', 'value', 'number']

function conditionFields(conditions: readonly Draft[]): string[] {
  return conditions.flatMap((_, place) => [
    `conditions.${place}`,
    ...conditionParts.map((part) => `conditions.${place}.${part}`),
  ])
}

function conditionErrors(errors: Record<string, string>, place: number): string | undefined {
  const own = Object.entries(errors).filter(([field]) =>
    new RegExp(`^conditions\\.${place}(\\.|$)`).test(field),
  )
  return own.map(([, sentence]) => sentence).join('; ') || undefined
}
