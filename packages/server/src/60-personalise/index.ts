export * from './personalise.ts'
