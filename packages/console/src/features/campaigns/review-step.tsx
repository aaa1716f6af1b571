import { Alert, Button, Group, List, Stack } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { channelNames } from '../../shared/channels.tsx'
import { Facts } from '../../shared/page.tsx'
import { useSegmentChoices } from '../../shared/pickers.tsx'
import { useCan } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'
import { describeTiming } from '../../shared/timing/timing-words.ts'
import { type CampaignDraft, type MessageDraft, missingIn, toCampaign } from './campaign-draft.ts'
import { describeRepeat, isOnCalendar, toRepeat } from './rhythm-draft.ts'

interface ReviewStepProps {
  draft: CampaignDraft
  saving: boolean
  failure: Error | null
  mayStart?: boolean
  onSave: (andStart: boolean) => void
}

export function ReviewStep({ draft, saving, failure, mayStart = false, onSave }: ReviewStepProps) {
  const [mayWrite, mayExecute] = [useCan('campaigns:write'), useCan('campaigns:execute')]
  const missing = missingIn(draft)
  const canSave = mayWrite && toCampaign(draft) !== null
  return (
    <Stack>
      <Summary draft={draft} />
      {missing.length > 0 && (
        <Alert color="yellow" title="Before it can start">
          <List>
            {missing.map((sentence) => (
              <List.Item key={sentence}>{sentence}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <FormFailure error={failure} />
      <Group>
        {mayStart && (
          <Button
            leftSection={<IconPlayerPlay size={14} aria-hidden />}
            disabled={!canSave || !mayExecute || missing.length > 0}
            loading={saving}
            onClick={() => onSave(true)}
          >
            Save and start
          </Button>
        )}
        <Button
          variant={mayStart ? 'default' : 'filled'}
          disabled={!canSave}
          loading={saving}
          onClick={() => onSave(false)}
        >
          {mayStart ? 'Save as a draft' : 'Save'}
        </Button>
      </Group>
    </Stack>
  )
}

function Summary({ draft }: { draft: CampaignDraft }) {
  const segments = useSegmentChoices()
  const names = (ids: readonly string[]) =>
    ids.map((id) => segments.find(({ value }) => value === id)?.label ?? id).join(', ') || undefined
  return (
    <Facts
      facts={[
        ['Name', draft.name || undefined],
        ['In any of', names(draft.segmentIds)],
        ['But in none of', names(draft.excludedSegmentIds)],
        ['From', draft.startLocal.replace('T', ' ') || undefined],
        ['To', draft.endLocal.replace('T', ' ') || undefined],
        ['Time zone', draft.zone],
        ['Each person gets', draft.reach === 'first' && 'the first message that reaches them'],
        ...draft.messages.map(
          (message) => [message.name, `${channelNames[message.channel].name}. ${rhythmOf(message)}`] as const,
        ),
      ]}
    />
  )
}

function rhythmOf(message: MessageDraft): string {
  const { timing, repeatLocal } = message
  // A round by each person's own clock is each person's turn already.
  const shown = repeatLocal && isOnCalendar(message) ? { ...timing, turn: 'together' as const } : timing
  const sentences = describeTiming(shown, { startAt: null, expected: null, now: new Date() })
  return [`${describeRepeat(toRepeat(message))}.`, ...sentences].join(' ')
}
