export { type DispatcherSettings, laneOptions } from './start-dispatcher.ts'
export { unblockLane } from './store.ts'
