export { estimateSegment } from './estimate-segment.ts'
export {
  type ExplainedCondition,
  explainMembership,
  type MembershipExplanation,
} from './explain-membership.ts'
export { segmentRoutes } from './routes.ts'
export { segmentPredicate } from './segment-predicate.ts'
export { unknownSegments } from './store.ts'
