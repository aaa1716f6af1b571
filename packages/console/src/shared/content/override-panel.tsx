import type { Overrides, PushPlatform } from '@carillon/contract'
import { Accordion, Badge, Group, SimpleGrid, Stack, Switch } from '@mantine/core'
import { PlatformLabel, pushPlatformChoices } from '../platforms.tsx'
import { withOverride } from './content-editing.ts'
import { overrideFields } from './override-fields.ts'
import { OverrideInput } from './override-input.tsx'

interface OverridePanelProps {
  overrides: Overrides
  onChange: (overrides: Overrides) => void
  errors: Record<string, string>
}

/** What one platform gets differently, or not at all. */
export function OverridePanel({ overrides, onChange, errors }: OverridePanelProps) {
  return (
    <Accordion variant="contained" multiple keepMounted={false}>
      {pushPlatformChoices.map(({ value: platform }) => (
        <Accordion.Item key={platform} value={platform}>
          <Accordion.Control>
            <Group gap="sm">
              <PlatformLabel platform={platform} />
              <OverrideSummary own={overrides[platform]} />
            </Group>
          </Accordion.Control>
          <Accordion.Panel>
            <PlatformOverrides
              platform={platform}
              overrides={overrides}
              onChange={onChange}
              errors={errors}
            />
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}

function OverrideSummary({ own }: { own: Overrides[PushPlatform] }) {
  if (own?.enabled === false) return <Badge color="red">Not sent</Badge>
  const set = Object.keys(own ?? {}).filter((key) => key !== 'enabled').length
  return set > 0 ? <Badge color="bell">{set} set</Badge> : null
}

function PlatformOverrides({
  platform,
  overrides,
  onChange,
  errors,
}: OverridePanelProps & { platform: PushPlatform }) {
  const own: Record<string, unknown> = overrides[platform] ?? {}
  const set = (key: string) => (value: unknown) => onChange(withOverride(overrides, platform, key, value))
  return (
    <Stack gap="sm">
      <Switch
        label="Send to this platform"
        checked={own.enabled !== false}
        onChange={(event) => set('enabled')(event.currentTarget.checked ? undefined : false)}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" verticalSpacing="sm">
        {overrideFields[platform].map((field) => (
          <OverrideInput
            key={field.key}
            field={field}
            value={own[field.key]}
            error={errors[`overrides.${platform}.${field.key}`]}
            onChange={set(field.key)}
          />
        ))}
      </SimpleGrid>
    </Stack>
  )
}
