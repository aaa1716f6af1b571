export { runJobs } from './jobs.ts'
export * from './segments/index.ts'
export { getSettings, type Settings } from './settings/settings.ts'
export { loadTargets, type Target } from './subscriptions/load-targets.ts'
export { type RegisterDeps, registerSubscription } from './subscriptions/register.ts'
export {
  type DeadToken,
  relabelEnvironment,
  retireSubscriptions,
  suspectRecentlyRetired,
  suspectSubscriptions,
} from './subscriptions/store.ts'
export { getAttributeSchema } from './users/attribute-schema.ts'
export { eraseUser } from './users/erase-user.ts'
export { findUsersBy } from './users/find-user.ts'
export { createUser, saveUsers } from './users/save-users.ts'
export { findUser, selectUsers, type UserWithDevices } from './users/store.ts'
export { userView } from './users/user-view.ts'
export { type UsersBy, usersBy } from './users/users-by.ts'
