export { callerOfKey, callerOfSession } from './authenticate.ts'
export { createSignInToken, ensureWorkspace } from './first-start.ts'
export { sessionLifetimeMs, startSession } from './routes.ts'
export { deleteSession as endSession, forgetExpired } from './store.ts'
