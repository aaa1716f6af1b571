import { type BodyInputOf, type Estimate, estimateSegment, getUser } from '@carillon/contract'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries } from '@tanstack/react-query'
import { reachableBy } from '../../shared/estimate-card.tsx'
import { read, useRead } from '../../shared/server.ts'
import type { AudienceDraft, ComposeDraft } from './compose-draft.ts'

export interface AudienceEstimate {
  /** Absent for people and devices that are picked one by one. */
  estimate: Estimate | undefined
  /** Devices that the message will reach for; null while unknown. */
  expected: number | null
  error: Error | null
  fetching: boolean
}

/** Counts an audience with the segment estimator: every family but picked ids can be put as conditions. */
export function useAudienceEstimate(
  { audience, channel }: Pick<ComposeDraft, 'audience' | 'channel'>,
  appId: string | undefined,
): AudienceEstimate {
  const [settled] = useDebouncedValue(audience, 300)
  const conditions = audienceConditions(settled)
  const counted = useRead(
    estimateSegment,
    { body: { ...(conditions ?? { conditions: [] }), app_id: appId } },
    { enabled: conditions !== null, keepLast: true },
  )
  const picked = useQueries({
    queries: (audience.family === 'users' ? audience.userIds : []).map((id) =>
      read(getUser, { params: { id } }),
    ),
  })
  if (audience.family === 'subscriptions' || audience.family === 'addresses') {
    const { length } = audience.family === 'addresses' ? audience.addresses : audience.subscriptionIds
    return { estimate: undefined, expected: length, error: null, fetching: false }
  }
  if (audience.family === 'users') {
    const expected = picked.reduce((sum, { data }) => sum + (data?.subscriptions ?? 0), 0)
    return { estimate: undefined, expected, error: null, fetching: picked.some(({ isPending }) => isPending) }
  }
  const estimate = conditions === null ? undefined : counted.data
  return {
    estimate,
    expected: estimate ? reachableBy(channel, estimate) : null,
    error: counted.error,
    fetching: counted.isFetching,
  }
}

type Conditions = Pick<BodyInputOf<typeof estimateSegment>, 'conditions' | 'definition'>

/** Null where conditions cannot say it, or nobody is named yet. */
export function audienceConditions(audience: AudienceDraft): Conditions | null {
  const included = includedBy(audience)
  if (!included) return null
  const excluded = audience.excludedSegmentIds.map(isInSegment)
  const conditions = [...included, ...excluded].map((each, place) => ({ number: place + 1, ...each }))
  const either = (some: typeof conditions) => `(${some.map(({ number }) => number).join(' OR ')})`
  const parts = [
    ...(included.length > 0 ? [either(conditions.slice(0, included.length))] : []),
    ...(excluded.length > 0 ? [`NOT ${either(conditions.slice(included.length))}`] : []),
  ]
  return { conditions, definition: parts.join(' AND ') || 'all' }
}

type Unnumbered = Omit<Conditions['conditions'][number], 'number'>

/** Conditions of which one is enough; none for everybody. */
function includedBy(audience: AudienceDraft): Unnumbered[] | null {
  switch (audience.family) {
    case 'all':
      return []
    case 'users_by':
      if (!audience.attribute || audience.values.length === 0) return null
      return [{ attribute: audience.attribute, operator: 'in', value: audience.values }]
    case 'segments':
      return audience.segmentIds.length > 0 ? audience.segmentIds.map(isInSegment) : null
    case 'users':
    case 'subscriptions':
    case 'addresses':
      return null
  }
}

function isInSegment(value: string): Unnumbered {
  return { operator: 'in_segment', value }
}
