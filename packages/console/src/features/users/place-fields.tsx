import { SimpleGrid, TextInput } from '@mantine/core'
import { ZoneSelect } from '../../shared/zone-select.tsx'

interface Place {
  timezone: string
  locale: string
}

interface PlaceFieldsProps {
  place: Place
  onChange: (place: Place) => void
  errors: Record<string, string>
}

export function PlaceFields({ place, onChange, errors }: PlaceFieldsProps) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <ZoneSelect
        label="Time zone"
        clearable
        value={place.timezone}
        error={errors.timezone}
        onChange={(timezone) => onChange({ ...place, timezone })}
      />
      <TextInput
        label="Locale"
        placeholder="de or pt-BR"
        value={place.locale}
        error={errors.locale}
        onChange={(event) => onChange({ ...place, locale: event.currentTarget.value })}
      />
    </SimpleGrid>
  )
}
