export * from './batches.ts'
export { type MessageCounts, readCounts } from './counts.ts'
export { createMessage } from './create-message.ts'
export { findMessage, finishedAt, type MessageRow, selectMessages, statusOf } from './message-row.ts'
