export { createNodeSender } from './node-sender.ts'
export { createSender } from './own-sender.ts'
export * from './sender.ts'
