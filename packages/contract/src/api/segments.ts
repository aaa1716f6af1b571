import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { platforms, segmentOperators } from '../words.ts'
import { Id, IdParams, Name, PageQuery, pageOf, Time } from './shared.ts'
import { AttributeName, User } from './users.ts'

const Scalar = z.union([z.string().max(2_000), z.number(), z.boolean()])

export const Condition = z.strictObject({
  number: z.number().int().min(1).max(1_000),
  /** An attribute name, or for behaviour operators and in_segment left out. */
  attribute: AttributeName.optional(),
  operator: z.enum(segmentOperators),
  /** By operator: one value, a list, `[low, high]` for between, a number of days, a message id or a segment id. */
  value: z.union([Scalar, z.array(Scalar).max(1_000)]).optional(),
})
export type Condition = z.infer<typeof Condition>

export const SegmentDefinition = z.strictObject({
  conditions: z.array(Condition).max(100),
  /** `all`, `any`, or an expression over condition numbers such as `(1 AND 2) OR NOT 3`. */
  definition: z.string().min(1).max(4_000).default('all'),
  /** `left_to_right` gives AND and OR the same rank, for imported definitions. */
  evaluation: z.enum(['standard', 'left_to_right']).default('standard'),
})
export type SegmentDefinition = z.infer<typeof SegmentDefinition>

export const Segment = SegmentDefinition.extend({
  id: Id,
  name: z.string(),
  created_at: Time,
  updated_at: Time,
})
export type Segment = z.infer<typeof Segment>

export const SegmentCreate = SegmentDefinition.extend({ name: Name })

export const Estimate = z.object({
  users: z.number(),
  /** Active subscriptions: devices that allow notifications, addresses and numbers that an app can send to, passes. */
  reachable: z.record(z.enum(platforms), z.number()),
  /** Users with at least one reachable subscription. */
  reachable_users: z.number(),
})
export type Estimate = z.infer<typeof Estimate>

export const listSegments = endpoint({
  id: 'listSegments',
  method: 'GET',
  path: '/v1/segments',
  access: 'segments:read',
  tag: 'Segments',
  status: 200,
  summary: 'List segments',
  query: PageQuery,
  answer: pageOf(Segment),
})
export const createSegment = endpoint({
  id: 'createSegment',
  method: 'POST',
  path: '/v1/segments',
  access: 'segments:write',
  tag: 'Segments',
  status: 201,
  summary: 'Create a segment',
  body: SegmentCreate,
  answer: Segment,
})
export const getSegment = endpoint({
  id: 'getSegment',
  method: 'GET',
  path: '/v1/segments/{id}',
  access: 'segments:read',
  tag: 'Segments',
  status: 200,
  summary: 'Read a segment',
  params: IdParams,
  answer: Segment,
})
export const putSegment = endpoint({
  id: 'putSegment',
  method: 'PUT',
  path: '/v1/segments/{id}',
  access: 'segments:write',
  tag: 'Segments',
  status: 200,
  summary: 'Replace a segment',
  params: IdParams,
  body: SegmentCreate,
  answer: Segment,
})
export const deleteSegment = endpoint({
  id: 'deleteSegment',
  method: 'DELETE',
  path: '/v1/segments/{id}',
  access: 'segments:write',
  tag: 'Segments',
  status: 204,
  summary: 'Delete a segment that no other segment uses',
  params: IdParams,
})
export const estimateSegment = endpoint({
  id: 'estimateSegment',
  method: 'POST',
  path: '/v1/segments/estimate',
  access: 'segments:read',
  tag: 'Segments',
  status: 200,
  summary: 'Count unique users and reachable subscriptions per platform',
  body: SegmentDefinition.extend({ name: Name.optional(), app_id: Id.optional() }),
  answer: Estimate,
})
export const listSegmentUsers = endpoint({
  id: 'listSegmentUsers',
  method: 'GET',
  path: '/v1/segments/{id}/users',
  access: 'segments:read',
  tag: 'Segments',
  status: 200,
  summary: 'The users in a segment now',
  params: IdParams,
  query: PageQuery,
  answer: pageOf(User),
})
