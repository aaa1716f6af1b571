export { createTrackingService, type TrackingService } from './email/tracking.ts'
export { createUnsubscribeService, type LinkView, type UnsubscribeService } from './email/unsubscribe.ts'
export { recordDelivered } from './passes/record-delivered.ts'
