import { createHash, type X509Certificate } from 'node:crypto'
import { fieldsOf, parseJson, textOf } from '../phones/notification.ts'
import { Problem } from '../problem.ts'
import { checkSignature } from './check-signature.ts'
import { subjectOf } from './pass-certificate.ts'
import { readArchive } from './read-archive.ts'

export const passKinds = ['boardingPass', 'coupon', 'eventTicket', 'generic', 'storeCard'] as const
export const fieldPlaces = [
  'headerFields',
  'primaryFields',
  'secondaryFields',
  'auxiliaryFields',
  'backFields',
] as const

export interface Field {
  key: string
  label?: string
  value: string
  changeMessage?: string
}

/** A pass as Wallet has taken it. */
export interface OpenedPass {
  serial: string
  passTypeId: string
  webServiceUrl: string
  authenticationToken: string
  kind: (typeof passKinds)[number]
  fields: Record<(typeof fieldPlaces)[number], Field[]>
  json: Record<string, unknown>
  images: Record<string, string>
}

const NOT_LISTED = ['manifest.json', 'signature']

/** Opens a pass as strictly as Wallet does, or throws the Problem that says why Wallet would not take it. */
export function openPass(bytes: Buffer, authority: X509Certificate): OpenedPass {
  const files = readArchive(bytes)
  checkManifest(files)
  const manifest = files.get('manifest.json') as Buffer
  const signer = checkSignature(fileOf(files, 'signature'), manifest, authority)
  const json = fieldsOf(parseJson(fileOf(files, 'pass.json').toString()))
  checkIdentity(json, subjectOf(signer))
  if (!files.has('icon.png')) throw new Problem(422, 'The pass has no icon.png.')
  const kind = kindOf(json)
  return {
    serial: required(json, 'serialNumber'),
    passTypeId: required(json, 'passTypeIdentifier'),
    webServiceUrl: required(json, 'webServiceURL').replace(/\/$/, ''),
    authenticationToken: tokenOf(json),
    kind,
    fields: fieldsByPlace(fieldsOf(json[kind])),
    json,
    images: imagesOf(files),
  }
}

function fileOf(files: Map<string, Buffer>, name: string): Buffer {
  const file = files.get(name)
  if (!file) throw new Problem(422, `The pass has no ${name}.`)
  return file
}

function checkManifest(files: Map<string, Buffer>): void {
  const listed = fieldsOf(parseJson(fileOf(files, 'manifest.json').toString()))
  for (const [name, bytes] of files) {
    if (NOT_LISTED.includes(name)) continue
    const digest = createHash('sha1').update(bytes).digest('hex')
    if (listed[name] === undefined) throw new Problem(422, `${name} is not in the manifest of the pass.`)
    if (listed[name] !== digest) throw new Problem(422, `${name} is not what the manifest of the pass says.`)
  }
  const missing = Object.keys(listed).find((name) => !files.has(name))
  if (missing !== undefined)
    throw new Problem(422, `The manifest of the pass names ${missing}, which is not there.`)
}

function checkIdentity(json: Record<string, unknown>, signer: ReturnType<typeof subjectOf>): void {
  if (json.formatVersion !== 1) throw new Problem(422, 'formatVersion must be 1.')
  if (required(json, 'passTypeIdentifier') !== signer.passTypeId)
    throw new Problem(422, 'passTypeIdentifier is not that of the certificate.')
  if (required(json, 'teamIdentifier') !== signer.teamId)
    throw new Problem(422, 'teamIdentifier is not that of the certificate.')
  for (const name of ['organizationName', 'description']) required(json, name)
}

function tokenOf(json: Record<string, unknown>): string {
  const token = required(json, 'authenticationToken')
  if (token.length < 16) throw new Problem(422, 'authenticationToken must have 16 characters or more.')
  return token
}

function required(json: Record<string, unknown>, name: string): string {
  const text = textOf(json[name])
  if (!text) throw new Problem(422, `pass.json has no ${name}.`)
  return text
}

function kindOf(json: Record<string, unknown>): OpenedPass['kind'] {
  const [kind, ...more] = passKinds.filter((name) => json[name] !== undefined)
  if (!kind || more.length > 0)
    throw new Problem(422, `pass.json must have exactly one of ${passKinds.join(', ')}.`)
  if (kind === 'boardingPass' && !textOf(fieldsOf(json[kind]).transitType))
    throw new Problem(422, 'A boarding pass must have a transitType.')
  return kind
}

function fieldsByPlace(style: Record<string, unknown>): OpenedPass['fields'] {
  const keys = new Set<string>()
  const read = (value: unknown): Field => {
    const { key, label, value: shown, changeMessage } = fieldsOf(value)
    const name = textOf(key)
    if (!name || keys.has(name) || shown === undefined)
      throw new Problem(422, 'Every field of a pass must have a value and a key of its own.')
    keys.add(name)
    return { key: name, label: textOf(label), value: String(shown), changeMessage: textOf(changeMessage) }
  }
  const entries = fieldPlaces.map((place) => [
    place,
    Array.isArray(style[place]) ? style[place].map(read) : [],
  ])
  return Object.fromEntries(entries)
}

/** As data addresses, so that a console can show them. */
function imagesOf(files: Map<string, Buffer>): Record<string, string> {
  const images = [...files].flatMap(([name, bytes]) =>
    name.endsWith('.png') ? [[name.slice(0, -4), `data:image/png;base64,${bytes.toString('base64')}`]] : [],
  )
  return Object.fromEntries(images)
}
