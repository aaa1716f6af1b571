export { type BrowserState, browserSubscriptionState } from './browser-state.ts'
export { type RefusedAnswer, refusalOf } from './call-server.ts'
export { type SubscribeOptions, type SubscribeResult, subscribeThisBrowser } from './subscribe.ts'
export { unsubscribeThisBrowser } from './unsubscribe.ts'
