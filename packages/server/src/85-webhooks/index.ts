export { forgetOldEvents } from './log/purge.ts'
