import { NumberInput, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import type { TimingDraft } from './timing-draft.ts'
import { describeTiming, tomorrowAtNine } from './timing-words.ts'

interface TimingFieldsProps {
  timing: TimingDraft
  onChange: (timing: TimingDraft) => void
  errors: Record<string, string>
  /** Where people's own time is a date as well, the zone in which the field begins; else it is a time of day. */
  datesIn?: string
  /** Each person's turn is decided elsewhere: the pace alone is asked for. */
  paceOnly?: boolean
  startAt?: Date | null
  expected?: number | null
}

/** When each person's turn is, how many go in a minute, and what that means. */
export function TimingFields({ timing, onChange, errors, datesIn, paceOnly, ...sending }: TimingFieldsProps) {
  const set = (change: Partial<TimingDraft>) => onChange({ ...timing, ...change })
  const { startAt = null, expected = null } = sending
  const now = new Date()
  const choose = (turn: string | null) => {
    const first = datesIn ? tomorrowAtNine(now, datesIn) : '09:00'
    const localAt = turn === 'local_time' && !timing.localAt ? first : timing.localAt
    if (turn) set({ turn: turn as TimingDraft['turn'], localAt })
  }
  return (
    <Stack gap={4}>
      <SimpleGrid cols={{ base: 1, xs: 3 }}>
        {!paceOnly && (
          <Select
            label="Each person gets it"
            allowDeselect={false}
            value={timing.turn}
            error={errors.delivery}
            onChange={choose}
            data={[
              { value: 'together', label: datesIn ? 'At the start' : 'At once' },
              { value: 'local_time', label: 'At a time of their own' },
              { value: 'spread', label: 'Spread over some time' },
              { value: 'best_time', label: 'At their best hour' },
            ]}
          />
        )}
        {!paceOnly && (
          <TurnFields timing={timing} set={set} errors={errors} isDated={datesIn !== undefined} />
        )}
        <NumberInput
          label="At most in a minute"
          placeholder="As many as can be"
          min={1}
          max={1_000_000}
          allowDecimal={false}
          thousandSeparator=","
          value={timing.perMinute ?? ''}
          error={errors.pace_per_minute}
          onChange={(n) => set({ perMinute: Number(n) || null })}
        />
      </SimpleGrid>
      {describeTiming(paceOnly ? { ...timing, turn: 'together' } : timing, { startAt, expected, now }).map(
        (sentence) => (
          <Text key={sentence} c="dimmed" size="xs">
            {sentence}
          </Text>
        ),
      )}
    </Stack>
  )
}

interface TurnFieldsProps {
  timing: TimingDraft
  set: (change: Partial<TimingDraft>) => void
  errors: Record<string, string>
  isDated: boolean
}

function TurnFields({ timing, set, errors, isDated }: TurnFieldsProps) {
  switch (timing.turn) {
    case 'together':
      return null
    case 'local_time':
      return (
        <>
          <TextInput
            type={isDated ? 'datetime-local' : 'time'}
            label="When their clock shows"
            value={timing.localAt}
            error={errors['delivery.at']}
            onChange={(event) => set({ localAt: event.currentTarget.value })}
          />
          {isDated && (
            <Select
              label="Where it has passed"
              allowDeselect={false}
              value={timing.late}
              error={errors['delivery.late']}
              onChange={(late) => late && set({ late: late as TimingDraft['late'] })}
              data={[
                { value: 'next_day', label: 'A day later' },
                { value: 'send_now', label: 'At once' },
                { value: 'skip', label: 'Not at all' },
              ]}
            />
          )}
        </>
      )
    case 'spread':
      return (
        <NumberInput
          label="Minutes"
          min={1}
          max={10_080}
          allowDecimal={false}
          value={timing.minutes}
          error={errors['delivery.minutes']}
          onChange={(minutes) => set({ minutes: Number(minutes) || 1 })}
        />
      )
    case 'best_time':
      return (
        <>
          <NumberInput
            label="Within hours"
            min={1}
            max={24}
            allowDecimal={false}
            value={timing.withinHours}
            error={errors['delivery.within_hours']}
            onChange={(hours) => set({ withinHours: Number(hours) || 24 })}
          />
          <TextInput
            type="time"
            label="Whoever opened too little"
            value={timing.fallback}
            error={errors['delivery.fallback']}
            onChange={(event) => set({ fallback: event.currentTarget.value })}
          />
        </>
      )
  }
}
