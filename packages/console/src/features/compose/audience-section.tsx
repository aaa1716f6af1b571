import type { Channel } from '@carillon/contract'
import { Grid, Radio, Select, Stack, TagsInput, Text } from '@mantine/core'
import { useAttributes } from '../../shared/attributes.ts'
import { ChannelSelect } from '../../shared/channels.tsx'
import { EstimateCard, Figure } from '../../shared/estimate-card.tsx'
import { count } from '../../shared/format.ts'
import { AppSelect, SegmentsSelect, UsersSelect } from '../../shared/pickers.tsx'
import type { AudienceDraft, ComposeDraft, Family } from './compose-draft.ts'
import type { AudienceEstimate } from './use-audience-estimate.ts'

const familyLabels: Record<Family, string> = {
  all: 'Everybody who has this app',
  segments: 'Segments',
  users_by: 'Users by an attribute or identifier',
  users: 'Users picked one by one',
  subscriptions: 'Single devices, by subscription id',
  addresses: 'Typed addresses',
}

/** Only addresses can be typed in. */
function familiesOf(channel: Channel) {
  const isTyped = channel === 'email' || channel === 'sms'
  return Object.entries(familyLabels).filter(([family]) => isTyped || family !== 'addresses')
}

function withChannel({ audience }: ComposeDraft, channel: Channel): Partial<ComposeDraft> {
  const isOffered = familiesOf(channel).some(([family]) => family === audience.family)
  return { channel, ...(isOffered ? {} : { audience: { ...audience, family: 'all' } }) }
}

interface AudienceSectionProps {
  draft: ComposeDraft
  estimate: AudienceEstimate
  onChange: (change: Partial<ComposeDraft>) => void
  errors: Record<string, string>
}

export function AudienceSection({ draft, estimate, onChange, errors }: AudienceSectionProps) {
  const { audience } = draft
  const set = (change: Partial<AudienceDraft>) => onChange({ audience: { ...audience, ...change } })
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, sm: 7, md: 12, lg: 7 }}>
        <Stack>
          <AppSelect
            allowDeselect={false}
            value={draft.appId}
            error={errors.app_id}
            onChange={(appId) => onChange({ appId })}
          />
          <ChannelSelect
            value={draft.channel}
            onChange={(channel) => onChange(withChannel(draft, channel))}
          />
          <Radio.Group
            label="Who gets it"
            value={audience.family}
            error={errors.to}
            onChange={(family) => set({ family: family as Family })}
          >
            <Stack gap={7} mt={4}>
              {familiesOf(draft.channel).map(([value, label]) => (
                <Radio key={value} value={value} label={label} />
              ))}
            </Stack>
          </Radio.Group>
          <FamilyFields audience={audience} onChange={set} errors={errors} />
          <SegmentsSelect
            label="But in none of"
            value={audience.excludedSegmentIds}
            error={errors['to.exclude_segment_ids']}
            onChange={(excludedSegmentIds) => set({ excludedSegmentIds })}
          />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 5, md: 12, lg: 5 }}>
        <Text fw={500} mb="xs">
          Audience estimate
        </Text>
        <Estimated channel={draft.channel} audience={audience} estimate={estimate} />
      </Grid.Col>
    </Grid>
  )
}

interface EstimatedProps {
  channel: Channel
  audience: AudienceDraft
  estimate: AudienceEstimate
}

function Estimated({ channel, audience, estimate }: EstimatedProps) {
  const pickedOneByOne = ['users', 'subscriptions', 'addresses'].includes(audience.family)
  if (pickedOneByOne) return <Figure label="Recipients" value={count(estimate.expected ?? 0)} />
  if (!estimate.estimate && !estimate.fetching && !estimate.error) {
    return <Text c="dimmed">Name somebody to see how many match.</Text>
  }
  return (
    <EstimateCard
      channel={channel}
      estimate={estimate.estimate}
      error={estimate.error}
      fetching={estimate.fetching}
    />
  )
}

interface FamilyFieldsProps {
  audience: AudienceDraft
  onChange: (change: Partial<AudienceDraft>) => void
  errors: Record<string, string>
}

function FamilyFields({ audience, onChange, errors }: FamilyFieldsProps) {
  const attributes = useAttributes()
  switch (audience.family) {
    case 'all':
      return null
    case 'segments':
      return (
        <SegmentsSelect
          label="In any of"
          value={audience.segmentIds}
          error={errors['to.segment_ids']}
          onChange={(segmentIds) => onChange({ segmentIds })}
        />
      )
    case 'users_by':
      return (
        <>
          <Select
            label="Attribute"
            searchable
            allowDeselect={false}
            data={[...new Set([...attributes.map(({ name }) => name), audience.attribute])]}
            value={audience.attribute}
            error={errors['to.users_by.attribute']}
            onChange={(attribute) => attribute && onChange({ attribute })}
          />
          <TagsInput
            label="Values"
            description="One each, or a list pasted with commas or line breaks"
            splitChars={[',', '\n', ';']}
            value={audience.values}
            error={errors['to.users_by.values']}
            onChange={(values) => onChange({ values })}
          />
        </>
      )
    case 'users':
      return (
        <UsersSelect
          label="Users"
          value={audience.userIds}
          error={errors['to.user_ids']}
          onChange={(userIds) => onChange({ userIds })}
        />
      )
    case 'subscriptions':
      return (
        <TagsInput
          label="Subscription ids"
          splitChars={[',', '\n', ' ', ';']}
          value={audience.subscriptionIds}
          error={errors['to.subscription_ids']}
          onChange={(subscriptionIds) => onChange({ subscriptionIds })}
        />
      )
    case 'addresses':
      return (
        <TagsInput
          label="Email addresses or phone numbers"
          description="One each, or a list pasted with commas or line breaks"
          splitChars={[',', '\n', ';']}
          value={audience.addresses}
          error={errors['to.addresses']}
          onChange={(addresses) => onChange({ addresses })}
        />
      )
  }
}
