import { type BodyInputOf, estimateSegment, getSettings } from '@carillon/contract'
import { Autocomplete, Grid, Stack, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { EstimateCard } from '../../shared/estimate-card.tsx'
import { SegmentsSelect } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import type { CampaignDraft } from './campaign-draft.ts'
import type { StepProps } from './campaign-editor.tsx'

export function AudienceStep({ draft, onChange, errors }: StepProps) {
  const types = useRead(getSettings, {}).data?.campaign_types ?? []
  return (
    <Grid gap="lg">
      <Grid.Col span={{ base: 12, sm: 7 }}>
        <Stack>
          <TextInput
            label="Name"
            required
            maxLength={255}
            value={draft.name}
            error={errors.name}
            onChange={(event) => onChange({ name: event.currentTarget.value })}
          />
          <Autocomplete
            label="Type"
            description="A word of yours to find it by"
            maxLength={255}
            data={types}
            value={draft.type}
            error={errors.type}
            onChange={(type) => onChange({ type })}
          />
          <SegmentsSelect
            label="In any of"
            value={draft.segmentIds}
            error={errors.segment_ids}
            onChange={(segmentIds) => onChange({ segmentIds })}
          />
          <SegmentsSelect
            label="But in none of"
            value={draft.excludedSegmentIds}
            error={errors.exclude_segment_ids}
            onChange={(excludedSegmentIds) => onChange({ excludedSegmentIds })}
          />
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, sm: 5 }}>
        <Text fw={500} mb="xs">
          Who matches now
        </Text>
        <Estimated draft={draft} />
      </Grid.Col>
    </Grid>
  )
}

function Estimated({ draft: { segmentIds, excludedSegmentIds } }: { draft: CampaignDraft }) {
  const [body] = useDebouncedValue(conditionsOf(segmentIds, excludedSegmentIds), 300)
  const enabled = segmentIds.length > 0
  const query = useRead(estimateSegment, { body }, { enabled, keepLast: true })
  if (!enabled) return <Text c="dimmed">Pick a segment to see how many match.</Text>
  return <EstimateCard estimate={query.data} error={query.error} fetching={query.isFetching} />
}

/** Some segments without others, as the definition of one. */
function conditionsOf(
  included: readonly string[],
  excluded: readonly string[],
): BodyInputOf<typeof estimateSegment> {
  const ids = [...included, ...excluded]
  const conditions = ids.map((value, i) => ({ number: i + 1, operator: 'in_segment' as const, value }))
  const anyOf = (some: typeof conditions) => `(${some.map(({ number }) => number).join(' OR ')})`
  const parts = [
    ...(included.length > 0 ? [anyOf(conditions.slice(0, included.length))] : []),
    ...(excluded.length > 0 ? [`NOT ${anyOf(conditions.slice(included.length))}`] : []),
  ]
  return { conditions, definition: parts.join(' AND ') || 'all' }
}
