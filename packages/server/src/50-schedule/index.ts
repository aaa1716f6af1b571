export * from './experiments/index.ts'
export * from './messages/index.ts'
