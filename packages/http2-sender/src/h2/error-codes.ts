/** RFC 9113, section 7, by number. */
export const errorNames = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
] as const

export type ErrorName = (typeof errorNames)[number]

export function errorNumber(name: ErrorName): number {
  return errorNames.indexOf(name)
}

/** What a stream's reset means for the request: without an error there was still no complete answer. */
export function codeOfReset(number: number): string {
  return number === 0 ? 'NO_RESPONSE' : (errorNames[number] ?? `RST_STREAM_${number}`)
}

/** The peer broke the protocol: the connection must end, and `code` goes into our GOAWAY. */
export class ProtocolError extends Error {
  readonly code: ErrorName

  constructor(code: ErrorName, rule: string) {
    super(rule)
    this.name = 'ProtocolError'
    this.code = code
  }
}
