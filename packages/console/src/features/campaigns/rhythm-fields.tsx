import { repeatUnits, type Weekday, weekdays } from '@carillon/contract'
import {
  MultiSelect,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from '@mantine/core'
import { words } from '../../shared/format.ts'
import { isOnCalendar, type RhythmDraft } from './rhythm-draft.ts'

interface RhythmFieldsProps {
  rhythm: RhythmDraft
  errors: Record<string, string>
  onChange: (part: Partial<RhythmDraft>) => void
}

const choices = [
  { value: 'none', label: 'Each person once' },
  ...repeatUnits.map((value) => ({ value, label: `Every so many ${words(value).toLowerCase()}` })),
  { value: 'weekdays', label: 'On days of the week' },
  { value: 'month_day', label: 'On a day of each month' },
]

export function RhythmFields({ rhythm, errors, onChange }: RhythmFieldsProps) {
  return (
    <Stack>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Select
          label="Repeat"
          description={isOnCalendar(rhythm) ? 'By the calendar' : 'Counted from the start of the campaign'}
          allowDeselect={false}
          data={choices}
          value={rhythm.repeat}
          error={errors.repeat}
          onChange={(repeat) => repeat && onChange({ repeat: repeat as RhythmDraft['repeat'] })}
        />
        <Days rhythm={rhythm} errors={errors} onChange={onChange} />
      </SimpleGrid>
      {isOnCalendar(rhythm) && <Calendar rhythm={rhythm} errors={errors} onChange={onChange} />}
    </Stack>
  )
}

function Days({ rhythm, errors, onChange }: RhythmFieldsProps) {
  switch (rhythm.repeat) {
    case 'none':
      return null
    case 'weekdays':
      return (
        <MultiSelect
          label="Days"
          description="Each of them begins a round"
          data={weekdays.map((value) => ({ value, label: words(value) }))}
          value={rhythm.repeatDays}
          error={errors['repeat.days']}
          onChange={(days) => onChange({ repeatDays: days as Weekday[] })}
        />
      )
    case 'month_day':
      return (
        <NumberInput
          label="Day"
          description="In a shorter month its last day"
          min={1}
          max={31}
          allowDecimal={false}
          value={rhythm.repeatDay}
          error={errors['repeat.day_of_month']}
          onChange={(day) => onChange({ repeatDay: Number(day) || 1 })}
        />
      )
    default:
      return (
        <NumberInput
          label={words(rhythm.repeat)}
          description="From one round to the next"
          min={1}
          max={1_000}
          allowDecimal={false}
          value={rhythm.repeatEvery}
          error={errors['repeat.every']}
          onChange={(every) => onChange({ repeatEvery: Number(every) || 1 })}
        />
      )
  }
}

function Calendar({ rhythm, errors, onChange }: RhythmFieldsProps) {
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          type="time"
          label="At"
          value={rhythm.repeatAt}
          error={errors['repeat.at']}
          onChange={(event) => onChange({ repeatAt: event.currentTarget.value })}
        />
        <TagsInput
          label="But not on"
          placeholder="2026-12-25"
          value={rhythm.repeatExcept}
          error={errors['repeat.except_dates']}
          onChange={(repeatExcept) => onChange({ repeatExcept })}
        />
      </SimpleGrid>
      <Switch
        label="By each person’s own clock"
        description="Otherwise by the clock of the campaign's time zone."
        checked={rhythm.repeatLocal}
        onChange={(event) => onChange({ repeatLocal: event.currentTarget.checked })}
      />
    </>
  )
}
