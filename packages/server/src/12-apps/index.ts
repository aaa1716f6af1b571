export { openCredential } from './credentials.ts'
export { openIdentityKey } from './identity.ts'
export { type AppRow, findApp, findAppByKey, findCredential, findCredentials, findOnlyApp } from './store.ts'
export { createTokenShelf } from './token-shelf.ts'
