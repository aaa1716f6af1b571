import { ActionIcon, Button, Group, NumberInput, Select, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { Section } from '../../shared/page.tsx'
import { type Fault, useFaultChanges, useFaults } from '../../shared/sandbox.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'
import {
  type FaultForm,
  faultInput,
  faultNames,
  faultWords,
  firstFault,
  hitWords,
  providerNames,
} from './fault-form.ts'

/** Makes the emulated providers fail, so that retries can be watched before they are needed. */
export function FaultPanel() {
  const faults = useFaults(true)
  const { add, remove } = useFaultChanges()
  return (
    <Section
      title="Make a provider fail"
      description="Then send a message: its recipients show the tries, and the why-view what the provider said."
    >
      <Stack>
        <Loaded query={faults}>
          {(all) => <FaultList faults={all} onRemove={(id) => remove.mutate(id)} />}
        </Loaded>
        <FaultFields pending={add.isPending} onAdd={(form) => add.mutate(faultInput(form))} />
        <FormFailure error={add.error} />
      </Stack>
    </Section>
  )
}

function FaultList({ faults, onRemove }: { faults: readonly Fault[]; onRemove: (id: string) => void }) {
  if (faults.length === 0) return <Text c="dimmed">Every provider works.</Text>
  return (
    <Stack gap={4} component="ul" m={0} p={0} aria-label="Faults">
      {faults.map((fault) => (
        <Group key={fault.id} component="li" gap="xs" wrap="nowrap" justify="space-between">
          <Text>{faultWords(fault)}</Text>
          <Group gap="xs" wrap="nowrap">
            <Text c="dimmed">{hitWords(fault)}</Text>
            <ActionIcon aria-label={`Remove: ${faultWords(fault)}`} onClick={() => onRemove(fault.id)}>
              <IconX size={14} />
            </ActionIcon>
          </Group>
        </Group>
      ))}
    </Stack>
  )
}

function FaultFields({ pending, onAdd }: { pending: boolean; onAdd: (form: FaultForm) => void }) {
  const [form, setForm] = useState(firstFault)
  const set = (change: Partial<FaultForm>) => setForm({ ...form, ...change })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onAdd(form)
  }
  return (
    <form onSubmit={submit}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="xs" verticalSpacing="xs" style={{ alignItems: 'end' }}>
        <Select
          label="Provider"
          allowDeselect={false}
          data={choicesOf(providerNames)}
          value={form.provider}
          onChange={(provider) => provider && set({ provider })}
        />
        <Select
          label="Fault"
          allowDeselect={false}
          data={choicesOf(faultNames)}
          value={form.fault}
          onChange={(fault) => fault && set({ fault })}
        />
        {form.fault === 'status' && (
          <>
            <WholeInput
              label="Status"
              min={200}
              max={599}
              value={form.status}
              onChange={(status) => set({ status })}
            />
            <WholeInput
              label="Retry after"
              suffix=" s"
              value={form.retryAfterSeconds}
              onChange={(retryAfterSeconds) => set({ retryAfterSeconds })}
            />
          </>
        )}
        {form.fault === 'slow' && (
          <WholeInput
            label="Late by"
            suffix=" s"
            value={form.delaySeconds}
            onChange={(delaySeconds) => set({ delaySeconds })}
          />
        )}
        <WholeInput
          label="Share"
          suffix=" %"
          max={100}
          value={form.sharePercent}
          onChange={(sharePercent) => set({ sharePercent })}
        />
        <WholeInput
          label="Times"
          min={1}
          placeholder="Until removed"
          value={form.times}
          onChange={(times) => set({ times })}
        />
        <Button type="submit" variant="default" loading={pending}>
          Add fault
        </Button>
      </SimpleGrid>
    </form>
  )
}

interface WholeInputProps {
  label: string
  value: number | ''
  onChange: (value: number | '') => void
  min?: number
  max?: number
  suffix?: string
  placeholder?: string
}

function WholeInput({ onChange, min = 0, ...input }: WholeInputProps) {
  return (
    <NumberInput
      {...input}
      min={min}
      allowDecimal={false}
      clampBehavior="blur"
      onChange={(value) => onChange(typeof value === 'number' ? value : '')}
    />
  )
}

const choicesOf = (names: Record<string, string>) =>
  Object.entries(names).map(([value, label]) => ({ value, label }))
