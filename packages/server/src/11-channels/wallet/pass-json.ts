import type { Json } from '../channel.ts'

/** What makes a pass this one pass; none of it may ever change. */
export interface PassIdentity {
  serial: string
  passTypeId: string
  teamId: string
  /** Base of the web service; the device adds `/v1/…`. */
  webServiceUrl: string
  /** 16 characters at least. */
  authenticationToken: string
  /** Stands where the template names nobody. */
  organizationName: string
}

/** pass.json, from what a message made and what the pass is. */
export function passJson(content: Record<string, Json>, identity: PassIdentity): Record<string, Json> {
  return {
    organizationName: identity.organizationName,
    ...content,
    formatVersion: 1,
    serialNumber: identity.serial,
    passTypeIdentifier: identity.passTypeId,
    teamIdentifier: identity.teamId,
    webServiceURL: identity.webServiceUrl,
    authenticationToken: identity.authenticationToken,
  }
}
