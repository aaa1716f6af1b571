export { dropChangedUsers, takeChangedUsers } from './changed-users.ts'
export { runJobs } from './jobs.ts'
export * from './segments/index.ts'
export { getSettings } from './settings/settings.ts'
export { loadTargets, type Target } from './subscriptions/load-targets.ts'
export {
  type DeadToken,
  relabelEnvironment,
  retireSubscriptions,
  suspectRecentlyRetired,
  suspectSubscriptions,
} from './subscriptions/store.ts'
export { findUsersBy } from './users/find-user.ts'
export { createUser } from './users/save-users.ts'
export { findUser } from './users/store.ts'
export { usersBy } from './users/users-by.ts'
