import { NumberInput, Select, SimpleGrid, Stack, Switch, Text, TextInput } from '@mantine/core'
import { duration, moment } from '../../shared/format.ts'
import { RulesFields } from '../../shared/rules/rules-fields.tsx'
import { TimingFields } from '../../shared/timing/timing-fields.tsx'
import { ZoneSelect } from '../../shared/zone-select.tsx'
import type { DeliveryDraft } from './compose-draft.ts'
import { zonedInstant } from './zoned-time.ts'

interface DeliverySectionProps {
  delivery: DeliveryDraft
  onChange: (delivery: DeliveryDraft) => void
  errors: Record<string, string>
  expected: number | null
}

export function DeliverySection({ delivery, onChange, errors, expected }: DeliverySectionProps) {
  const set = (change: Partial<DeliveryDraft>) => onChange({ ...delivery, ...change })
  return (
    <Stack>
      <TimingFields
        timing={delivery.timing}
        datesIn={delivery.zone}
        startAt={startOf(delivery)}
        expected={expected}
        errors={errors}
        onChange={(timing) => set({ timing })}
      />
      {delivery.timing.turn !== 'local_time' && (
        <Start delivery={delivery} set={set} error={errors.start_at} />
      )}
      <Expiry delivery={delivery} set={set} error={errors.expires_at ?? errors.ttl_seconds} />
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Select
          label="Priority"
          allowDeselect={false}
          value={delivery.priority}
          error={errors.priority}
          onChange={(priority) => priority && set({ priority })}
          data={[
            { value: 'high', label: 'High: at once' },
            { value: 'normal', label: 'Normal: saves power' },
          ]}
        />
        <Select
          label="Category"
          allowDeselect={false}
          value={delivery.category}
          error={errors.category}
          onChange={(category) => category && set({ category })}
          data={[
            { value: 'marketing', label: 'Marketing' },
            { value: 'transactional', label: 'Transactional' },
          ]}
        />
        <TextInput
          label="Collapse id"
          placeholder="Replaces an earlier one"
          maxLength={64}
          value={delivery.collapseId}
          error={errors.collapse_id}
          onChange={(event) => set({ collapseId: event.currentTarget.value })}
        />
      </SimpleGrid>
      <RulesFields rules={delivery.rules} errors={errors} onChange={(rules) => set({ rules })} />
      <Switch
        label="Dry run"
        description="Does everything but the calls to the providers, for every recipient."
        checked={delivery.dryRun}
        onChange={(event) => set({ dryRun: event.currentTarget.checked })}
      />
    </Stack>
  )
}

/** By the zone of the draft; what starts at once starts now. */
function startOf({ when, at, zone }: DeliveryDraft): Date | null {
  return when === 'later' ? zonedInstant(at, zone) : new Date()
}

interface PartProps {
  delivery: DeliveryDraft
  set: (change: Partial<DeliveryDraft>) => void
  error: string | undefined
}

function Start({ delivery, set, error }: PartProps) {
  const start = delivery.when === 'later' ? zonedInstant(delivery.at, delivery.zone) : null
  return (
    <div>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        <Select
          label="Start"
          allowDeselect={false}
          value={delivery.when}
          error={delivery.when === 'now' ? error : undefined}
          onChange={(when) => when && set({ when })}
          data={[
            { value: 'now', label: 'Now' },
            { value: 'later', label: 'At a time' },
          ]}
        />
        {delivery.when === 'later' && (
          <>
            <TextInput
              type="datetime-local"
              label="Time"
              value={delivery.at}
              error={error}
              onChange={(event) => set({ at: event.currentTarget.value })}
            />
            <ZoneSelect
              label="Time zone"
              allowDeselect={false}
              value={delivery.zone}
              onChange={(zone) => set({ zone })}
            />
          </>
        )}
      </SimpleGrid>
      {start && (
        <Text c="dimmed" size="xs" mt={4}>
          {moment(start)} here; in {duration((start.getTime() - Date.now()) / 1000)}.
        </Text>
      )}
    </div>
  )
}

function Expiry({ delivery, set, error }: PartProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }}>
      <Select
        label="Expires"
        allowDeselect={false}
        value={delivery.expiry}
        error={delivery.expiry === 'default' ? error : undefined}
        onChange={(expiry) => expiry && set({ expiry })}
        data={[
          { value: 'default', label: 'As the settings say' },
          { value: 'after', label: 'After some hours' },
          { value: 'at', label: 'At a time' },
        ]}
      />
      {delivery.expiry === 'after' && (
        <NumberInput
          label="Hours"
          min={0}
          max={672}
          value={delivery.ttlHours}
          error={error}
          onChange={(hours) => set({ ttlHours: Number(hours) || 0 })}
        />
      )}
      {delivery.expiry === 'at' && (
        <>
          <TextInput
            type="datetime-local"
            label="Expires at"
            value={delivery.expiresAt}
            error={error}
            onChange={(event) => set({ expiresAt: event.currentTarget.value })}
          />
          {(delivery.when === 'now' || delivery.timing.turn === 'local_time') && (
            <ZoneSelect
              label="Time zone"
              allowDeselect={false}
              value={delivery.zone}
              onChange={(zone) => set({ zone })}
            />
          )}
        </>
      )}
    </SimpleGrid>
  )
}
