export { createUnsubscribeService, type LinkView, type UnsubscribeService } from './email/unsubscribe.ts'
export { recordDelivered } from './passes/record-delivered.ts'
