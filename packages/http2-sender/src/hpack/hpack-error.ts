export type HpackFault =
  | 'truncated'
  | 'integer_too_large'
  | 'no_such_index'
  | 'bad_huffman_code'
  | 'size_update_too_large'
  | 'size_update_inside_block'
  | 'size_update_missing'
  | 'header_list_too_large'

/**
 * A header block that was not decoded to its end. The tables of both sides no longer agree, so the connection must end
 * with this `code` (RFC 9113, section 4.3).
 */
export class HpackError extends Error {
  readonly code = 'COMPRESSION_ERROR'
  readonly fault: HpackFault

  constructor(fault: HpackFault) {
    super(`Header block: ${fault.replaceAll('_', ' ')}`)
    this.name = 'HpackError'
    this.fault = fault
  }
}
