export * from './sender.ts'
