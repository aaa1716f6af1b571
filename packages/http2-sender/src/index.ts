export { createNodeSender } from './node-sender.ts'
export * from './sender.ts'
