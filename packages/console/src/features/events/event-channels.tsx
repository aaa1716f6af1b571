import { type Channel, channels, type ReachRule } from '@carillon/contract'
import { MultiSelect, Select, SimpleGrid } from '@mantine/core'
import { channelNames } from '../../shared/channels.tsx'
import type { EventDraft } from './event-draft.ts'

interface EventChannelsProps {
  draft: Pick<EventDraft, 'channels' | 'reach'>
  onChange: (change: Partial<EventDraft>) => void
  errors: Record<string, string>
}

/** By which channels an invocation goes out, and whether people get all of them or the first that reaches them. */
export function EventChannels({ draft, onChange, errors }: EventChannelsProps) {
  const set = (picked: string[]) => picked.length > 0 && onChange({ channels: picked as Channel[] })
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <MultiSelect
        label="Channels"
        description="In the order in which you pick them"
        data={channels.map((value) => ({ value, label: channelNames[value].name }))}
        value={draft.channels}
        error={errors.channels}
        onChange={set}
      />
      {draft.channels.length > 1 && (
        <Select
          label="Each person gets"
          description="By all channels, or by one"
          allowDeselect={false}
          data={[
            { value: 'all', label: 'All of them' },
            { value: 'first', label: 'The first that reaches them' },
          ]}
          value={draft.reach}
          onChange={(reach) => reach && onChange({ reach: reach as ReachRule })}
        />
      )}
    </SimpleGrid>
  )
}
