export { type DispatcherSettings, laneOptions } from './start-dispatcher.ts'
