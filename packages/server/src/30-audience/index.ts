export { type Switched, switchNumber } from './addresses/switch-number.ts'
export { subscribeAddresses } from './addresses/sync-addresses.ts'
export { dropChangedUsers, takeChangedUsers } from './changed-users.ts'
export { runJobs } from './jobs.ts'
export { type Open, recordOpens } from './open-hours/record-opens.ts'
export { readOpenHours } from './open-hours/store.ts'
export * from './segments/index.ts'
export { readSendingRules, type SendingRules } from './settings/sending-rules.ts'
export { getSettings } from './settings/settings.ts'
export { refuseUnlistedType } from './settings/types.ts'
export { loadTargets, type Target } from './subscriptions/load-targets.ts'
export {
  type DeadToken,
  relabelEnvironment,
  retireSubscriptions,
  suspectRecentlyRetired,
  suspectSubscriptions,
  unsubscribeAddress,
  unsubscribeSubscriptions,
} from './subscriptions/store.ts'
export { subscribePeople } from './subscriptions/subscribe-people.ts'
export {
  createUnsubscribeLinks,
  type UnsubscribeLink,
  type UnsubscribeLinks,
  unsubscribePath,
} from './subscriptions/unsubscribe-links.ts'
export { type ConsentRule, deletedTopic, refuseConsent } from './topics/consent.ts'
export { hasTopic } from './topics/topics.ts'
export { usableZone } from './usable-zone.ts'
export { findUsersBy } from './users/find-user.ts'
export { createUser } from './users/save-users.ts'
export { findUser } from './users/store.ts'
export { usersBy } from './users/users-by.ts'
