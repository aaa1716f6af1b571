import { listTopics, type User } from '@carillon/contract'
import { Group, SegmentedControl, Text } from '@mantine/core'
import { useRead } from '../../shared/server.ts'
import { AddName } from './add-name.tsx'

/** What a person said; null is nothing, or nothing any more. */
export type ConsentEdits = Record<string, 'granted' | 'denied' | null>

/** What a patch has to say. */
export function changedConsents(stored: User['consents'], edited: ConsentEdits): ConsentEdits {
  const was = (name: string) => (Object.hasOwn(stored, name) ? stored[name] : null)
  return Object.fromEntries(Object.entries(edited).filter(([name, value]) => value !== was(name)))
}

interface ConsentRowsProps {
  consents: ConsentEdits
  onChange: (consents: ConsentEdits) => void
}

/** Every topic, and whatever else the person said something about, such as a topic by one channel. */
export function ConsentRows({ consents, onChange }: ConsentRowsProps) {
  const topics = useRead(listTopics, {}).data?.data ?? []
  const titles = new Map(topics.map(({ name, title }) => [name, title]))
  const names = [...new Set([...titles.keys(), ...Object.keys(consents)])].sort()
  return (
    <>
      {names.map((name) => (
        <Group key={name} justify="space-between" wrap="nowrap">
          <Text truncate title={name}>
            {titles.get(name) ?? name}
          </Text>
          <SegmentedControl
            size="xs"
            aria-label={`Consent to ${name}`}
            data={[
              { value: 'denied', label: 'Denied' },
              { value: 'unknown', label: 'Unknown' },
              { value: 'granted', label: 'Granted' },
            ]}
            value={(Object.hasOwn(consents, name) && consents[name]) || 'unknown'}
            onChange={(next) =>
              onChange({ ...consents, [name]: next === 'granted' || next === 'denied' ? next : null })
            }
          />
        </Group>
      ))}
      <AddName
        label="Another consent"
        placeholder="For one channel, such as marketing:email"
        pattern={/^.{1,64}$/}
        fault="64 characters at most"
        taken={names}
        onAdd={(name) => onChange({ ...consents, [name]: 'granted' })}
      />
    </>
  )
}
