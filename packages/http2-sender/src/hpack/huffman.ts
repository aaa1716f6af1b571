/**
 * RFC 7541, appendix B. The code is canonical: codes of one length follow each other in the order of their symbols,
 * and the first of a length follows the last of the shorter ones. So the lengths alone are the whole table.
 */
const symbolsByBits: readonly (readonly [bits: number, symbols: string])[] = [
  [5, '012aceiost'],
  [6, ' %-./3456789=A_bdfghlmnpru'],
  [7, ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz'],
  [8, '&*,;XZ'],
  [10, '!"()?'],
  [11, "'+|"],
  [12, '#>'],
  [13, '\x00$@[]~'],
  [14, '^}'],
  [15, '<`{'],
  [19, '\\\xc3\xd0'],
  [20, '\x80\x82\x83\xa2\xb8\xc2\xe0\xe2'],
  [21, '\x99\xa1\xa7\xac\xb0\xb1\xb3\xd1\xd8\xd9\xe3\xe5\xe6'],
  [
    22,
    '\x81\x84\x85\x86\x88\x92\x9a\x9c\xa0\xa3\xa4\xa9\xaa\xad\xb2\xb5\xb9\xba\xbb\xbd\xbe\xc4\xc6\xe4\xe8\xe9',
  ],
  [
    23,
    '\x01\x87\x89\x8a\x8b\x8c\x8d\x8f\x93\x95\x96\x97\x98\x9b\x9d\x9e\xa5\xa6\xa8\xae\xaf\xb4\xb6\xb7\xbc\xbf\xc5\xe7\xef',
  ],
  [24, '\x09\x8e\x90\x91\x94\x9f\xab\xce\xd7\xe1\xec\xed'],
  [25, '\xc7\xcf\xea\xeb'],
  [26, '\xc0\xc1\xc8\xc9\xca\xcd\xd2\xd5\xda\xdb\xee\xf0\xf2\xf3\xff'],
  [27, '\xcb\xcc\xd3\xd4\xd6\xdd\xde\xdf\xf1\xf4\xf5\xf6\xf7\xf8\xfa\xfb\xfc\xfd\xfe'],
  [
    28,
    '\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f\xdc\xf9',
  ],
  // The last code of all, thirty ones, is EOS, which no string may contain.
  [30, '\n\r\x16'],
]

const codes = new Uint32Array(256)
const codeBits = new Uint8Array(256)
assignCodes()

function assignCodes(): void {
  let next = 0
  let before = 0
  for (const [bits, symbols] of symbolsByBits) {
    next <<= bits - before
    before = bits
    for (const symbol of symbols) {
      codes[symbol.charCodeAt(0)] = next++
      codeBits[symbol.charCodeAt(0)] = bits
    }
  }
}

/** How many bytes `text` takes in Huffman code. */
export function huffmanBytes(text: string): number {
  let bits = 0
  for (let at = 0; at < text.length; at++) bits += codeBits[text.charCodeAt(at) & 0xff] as number
  return (bits + 7) >> 3
}

/** Writes `text`, one byte per character, and returns the new end. */
export function writeHuffman(out: Buffer, at: number, text: string): number {
  /** Not yet written, fewer than eight between two symbols. */
  let pending = 0
  let bits = 0
  let end = at
  const push = (code: number, count: number) => {
    pending = (pending << count) | code
    bits += count
    while (bits >= 8) {
      bits -= 8
      out[end++] = (pending >>> bits) & 0xff
    }
    pending &= 0xff
  }
  for (let index = 0; index < text.length; index++) {
    const symbol = text.charCodeAt(index) & 0xff
    const code = codes[symbol] as number
    const count = codeBits[symbol] as number
    // Seven pending bits and a code of thirty would not fit into 32.
    if (count > 16) push(code >>> 16, count - 16)
    push(count > 16 ? code & 0xffff : code, Math.min(count, 16))
  }
  // Section 5.2: the rest of the last byte is filled with the first bits of EOS.
  if (bits > 0) out[end++] = ((pending << (8 - bits)) | (0xff >> bits)) & 0xff
  return end
}

/*
 * Decoding takes four bits at a time through a machine whose states are the inner nodes of the code tree. No code is
 * shorter than five bits, so a step completes one symbol at most. 16 KiB, built once in well under a millisecond.
 */
const emits = 0x100
const mayEnd = 0x200
const stateShift = 10
/** EOS is an error (section 5.2), and nothing leads back from there. */
const failed = 256

/** Index: state * 16 + four bits. Value: symbol, flags, next state. */
const steps = new Uint32Array((failed + 1) * 16).fill(failed << stateShift)
buildSteps()

function buildSteps(): void {
  const children = buildTree()
  const padding = paddingNodes(children)
  for (let state = 0; state < failed; state++) {
    for (let nibble = 0; nibble < 16; nibble++) {
      const { node, symbol } = walk(children, state, nibble)
      const flags = (padding.has(node) ? mayEnd : 0) | (symbol === undefined ? 0 : emits | symbol)
      steps[state * 16 + nibble] = (node << stateShift) | flags
    }
  }
}

/** Two children for each inner node: another node, `failed`, or -1 - symbol. */
function buildTree(): Int16Array {
  const children = new Int16Array(failed * 2).fill(failed)
  let nodes = 1
  for (let symbol = 0; symbol < 256; symbol++) {
    const code = codes[symbol] as number
    let node = 0
    for (let bit = (codeBits[symbol] as number) - 1; bit > 0; bit--) {
      const side = node * 2 + ((code >>> bit) & 1)
      if (children[side] === failed) children[side] = nodes++
      node = children[side] as number
    }
    children[node * 2 + (code & 1)] = -1 - symbol
  }
  return children
}

/** Where text may end: after a symbol, or up to seven ones later (section 5.2). */
function paddingNodes(children: Int16Array): Set<number> {
  const nodes = new Set([0])
  let node = 0
  for (let ones = 1; ones <= 7; ones++) {
    node = children[node * 2 + 1] as number
    nodes.add(node)
  }
  return nodes
}

function walk(children: Int16Array, state: number, nibble: number): { node: number; symbol?: number } {
  let node = state
  let symbol: number | undefined
  for (let bit = 3; bit >= 0; bit--) {
    node = children[node * 2 + ((nibble >> bit) & 1)] as number
    if (node === failed) return { node }
    if (node < 0) {
      symbol = -1 - node
      node = 0
    }
  }
  return { node, symbol }
}

/**
 * Decodes `input[from..to)` into `out` and returns the number of bytes, or -1 if it is not Huffman code (EOS, or wrong
 * padding). What does not fit into `out` is counted and dropped; the byte behind the text may be overwritten.
 */
export function readHuffman(input: Uint8Array, from: number, to: number, out: Uint8Array): number {
  let step = mayEnd
  let end = 0
  for (let at = from; at < to; at++) {
    const byte = input[at] as number
    // A write too many is cheaper than a branch that cannot be foretold.
    step = steps[((step >>> stateShift) << 4) | (byte >>> 4)] as number
    out[end] = step
    end += (step >>> 8) & 1
    step = steps[((step >>> stateShift) << 4) | (byte & 15)] as number
    out[end] = step
    end += (step >>> 8) & 1
  }
  return step & mayEnd ? end : -1
}
