import type { Attribute } from '@carillon/contract'
import { ActionIcon, Badge, Box, Group, Select, Stack, Text } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { behaviour, conditionType, type Draft, withAttribute, withOperator } from './condition-editing.ts'
import classes from './condition-row.module.css'
import { ConditionValue } from './condition-value.tsx'
import { behaviourOperators, operatorFacts, operatorsFor } from './operators.ts'

interface ConditionRowProps {
  condition: Draft
  schema: readonly Attribute[]
  error: string | undefined
  onChange: (condition: Draft) => void
  onRemove: () => void
}

/** `2 [country] [is one of] [DE, AT]` */
export function ConditionRow({ condition, schema, error, onChange, onRemove }: ConditionRowProps) {
  const attribute = schema.find(({ name }) => name === condition.attribute)
  const type = conditionType(condition, attribute)
  const looksAtBehaviour = operatorFacts[condition.operator].types === null
  const operators = looksAtBehaviour ? behaviourOperators : operatorsFor(type)
  const typeOf = (name: string) => schema.find((entry) => entry.name === name)?.type ?? 'string'
  return (
    <Stack gap={4}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Badge mt={5} miw={26} color="gray" aria-label={`Condition ${condition.number}`}>
          {condition.number}
        </Badge>
        <Box className={classes.fields}>
          <Select
            aria-label={`Condition ${condition.number}: what it looks at`}
            searchable
            allowDeselect={false}
            value={looksAtBehaviour ? behaviour : (condition.attribute ?? null)}
            data={attributeChoices(schema, condition.attribute)}
            onChange={(name) => name && onChange(withAttribute(condition, name, typeOf(name)))}
          />
          <Select
            aria-label={`Condition ${condition.number}: operator`}
            allowDeselect={false}
            value={condition.operator}
            data={operators.map((value) => ({ value, label: operatorFacts[value].label }))}
            onChange={(operator) => operator && onChange(withOperator(condition, operator))}
          />
          <ConditionValue
            condition={condition}
            type={type}
            choices={attribute?.values ?? null}
            onChange={onChange}
          />
        </Box>
        <ActionIcon mt={1} aria-label={`Remove condition ${condition.number}`} onClick={onRemove}>
          <IconX size={14} />
        </ActionIcon>
      </Group>
      {error && (
        <Text c="red" size="xs" role="alert" pl={34}>
          {error}
        </Text>
      )}
    </Stack>
  )
}

/** An attribute that is used but not declared is still offered. */
function attributeChoices(schema: readonly Attribute[], used: string | undefined) {
  const names = new Set([...schema.map(({ name }) => name), ...(used ? [used] : [])])
  return [
    { group: 'Attributes', items: [...names] },
    { group: 'Behaviour', items: [{ value: behaviour, label: 'Messages and segments' }] },
  ]
}
