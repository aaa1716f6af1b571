import { ActionIcon, Button, Group, NumberInput, Stack, Tabs, Text, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import {
  addVariant,
  changeOpenVariant,
  type ExperimentDraft,
  endExperiment,
  maxVariants,
  openVariant,
  removeVariant,
  startExperiment,
  type VariedDraft,
} from './experiment-draft.ts'

interface VariantTabsProps {
  draft: VariedDraft
  onChange: (draft: VariedDraft) => void
  errors: Record<string, string>
}

/** One tab per variant; whatever stands below them is of the open one. */
export function VariantTabs({ draft, onChange, errors }: VariantTabsProps) {
  const { experiment } = draft
  if (!experiment) {
    return (
      <Group justify="space-between">
        <Text c="dimmed">Everybody gets the same text.</Text>
        <Button variant="default" size="compact-xs" onClick={() => onChange(startExperiment(draft))}>
          Try variants
        </Button>
      </Group>
    )
  }
  const isWrong = (place: number) =>
    Object.keys(errors).some((field) => field.startsWith(`experiment.variants.${place}.`))
  return (
    <Stack>
      <Tabs
        variant="outline"
        value={String(experiment.open)}
        onChange={(place) => onChange(openVariant(draft, Number(place)))}
      >
        <Tabs.List aria-label="Variants">
          {experiment.variants.map(({ name }, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a variant is its place; its name is being typed
            <Tabs.Tab key={place} value={String(place)} c={isWrong(place) ? 'red' : undefined}>
              {name || 'Without a name'}
            </Tabs.Tab>
          ))}
          {experiment.variants.length < maxVariants && (
            <Button
              variant="subtle"
              size="compact-xs"
              m={4}
              leftSection={<IconPlus size={13} />}
              onClick={() => onChange(addVariant(draft))}
            >
              Variant
            </Button>
          )}
        </Tabs.List>
      </Tabs>
      <OpenVariant experiment={experiment} draft={draft} onChange={onChange} errors={errors} />
    </Stack>
  )
}

function OpenVariant({
  experiment,
  draft,
  onChange,
  errors,
}: VariantTabsProps & { experiment: ExperimentDraft }) {
  const { variants, open } = experiment
  const change = (part: Parameters<typeof changeOpenVariant>[1]) =>
    onChange({ ...draft, experiment: changeOpenVariant(experiment, part) })
  const error = (field: string) => errors[`experiment.variants.${open}.${field}`]
  return (
    <Group align="flex-end" gap="sm">
      <TextInput
        label="Variant"
        maxLength={64}
        w={160}
        value={variants[open]?.name ?? ''}
        error={error('name')}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <NumberInput
        label="Weight"
        w={90}
        min={1}
        max={1_000}
        allowDecimal={false}
        value={variants[open]?.weight ?? 1}
        error={error('weight')}
        onChange={(weight) => change({ weight: Number(weight) || 1 })}
      />
      {variants.length > 2 && (
        <ActionIcon aria-label="Remove this variant" onClick={() => onChange(removeVariant(draft))}>
          <IconTrash size={15} />
        </ActionIcon>
      )}
      <Button variant="subtle" color="gray" ml="auto" onClick={() => onChange(endExperiment(draft))}>
        Send this one to everybody
      </Button>
    </Group>
  )
}
