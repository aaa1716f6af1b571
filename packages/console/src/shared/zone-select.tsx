import { Select, type SelectProps } from '@mantine/core'

const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])]

export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone

interface ZoneSelectProps extends Omit<SelectProps, 'data' | 'value' | 'onChange'> {
  value: string
  onChange: (zone: string) => void
}

export function ZoneSelect({ value, onChange, ...select }: ZoneSelectProps) {
  // A zone stored under an older name is still shown.
  const data = value && !zones.includes(value) ? [value, ...zones] : zones
  return (
    <Select
      searchable
      limit={60}
      nothingFoundMessage="No such zone"
      {...select}
      data={data}
      value={value || null}
      onChange={(zone) => onChange(zone ?? '')}
    />
  )
}
