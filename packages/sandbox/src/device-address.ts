import type { DeviceIdentity } from './device-token.ts'

/** The sealed bytes in the shape that each provider gives its tokens. */
export const apnsTokenOf = (sealed: Buffer) => sealed.toString('hex')
export const fcmTokenOf = (sealed: Buffer) => {
  const text = sealed.toString('base64url')
  return `${text.slice(0, 22)}:APA91b${text.slice(22)}`
}
export const fidOf = (sealed: Buffer) => `f${sealed.toString('base64url')}`
export const webPushPathOf = (sealed: Buffer) => `/wp/${sealed.toString('base64url')}`
export const wnsPathOf = (sealed: Buffer) => `/?token=${sealed.toString('base64url')}`

const APNS_TOKEN = /^[0-9a-f]{64}$/
const FCM_TOKEN = /^([\w-]{22}):APA91b([\w-]{21})$/
const FID = /^f([\w-]{43})$/
const WEB_PUSH_PATH = /^\/wp\/([\w-]{43})$/
const WNS_PATH = /^\/\?token=([\w-]{43})$/

type Opener = (bytes: Buffer) => DeviceIdentity | undefined

export function readApnsToken(open: Opener, token: string): DeviceIdentity | undefined {
  return APNS_TOKEN.test(token) ? ofPlatform('apns', open(Buffer.from(token, 'hex'))) : undefined
}

export function readFcmToken(open: Opener, token: string): DeviceIdentity | undefined {
  const [, head, tail] = FCM_TOKEN.exec(token) ?? []
  return head === undefined || tail === undefined ? undefined : readFcm(open, head + tail, 'token')
}

export function readFid(open: Opener, fid: string): DeviceIdentity | undefined {
  const sealed = FID.exec(fid)?.[1]
  return sealed === undefined ? undefined : readFcm(open, sealed, 'fid')
}

export function readWebPushPath(open: Opener, path: string): DeviceIdentity | undefined {
  return readPath('webpush', open, WEB_PUSH_PATH.exec(path))
}

export function readWnsPath(open: Opener, path: string): DeviceIdentity | undefined {
  return readPath('wns', open, WNS_PATH.exec(path))
}

function readFcm(open: Opener, sealed: string, addressedBy: DeviceIdentity['addressedBy']) {
  const identity = ofPlatform('fcm', open(Buffer.from(sealed, 'base64url')))
  return identity?.addressedBy === addressedBy ? identity : undefined
}

function readPath(platform: DeviceIdentity['platform'], open: Opener, match: RegExpExecArray | null) {
  return match?.[1] === undefined ? undefined : ofPlatform(platform, open(Buffer.from(match[1], 'base64url')))
}

function ofPlatform(platform: DeviceIdentity['platform'], identity: DeviceIdentity | undefined) {
  return identity?.platform === platform ? identity : undefined
}
