import type { Channel } from '@carillon/contract'

/** One message that counts towards caps, for one person. */
export interface CapUse {
  /** The message's seq. */
  m: number
  /** When it was taken last, epoch milliseconds. */
  at: number
  c: Channel
  /** Rank: 0 normal, 1 of high priority, 2 transactional. */
  r: 0 | 1 | 2
  /** Tags, where there are some. */
  g?: string[]
  /** Ordinals of the deliveries that hold it: one per device. It goes when the last of them ends without a send. */
  o: number[]
  /** Those of them that wait for another attempt. While all do, a message of higher rank may take the place. */
  w?: number[]
}

/** A person's uses as they are stored: neither a channel nor a tag has a space, a comma or a line's end in it. */
export function toLines(uses: readonly CapUse[]): string {
  return uses.map(({ m, at, c, r, o, w = [], g = [] }) => `${m} ${at} ${c} ${r} ${o} ${w} ${g}`).join('\n')
}

export function fromLines(lines: string): CapUse[] {
  return lines === '' ? [] : lines.split('\n').map(useOf)
}

function useOf(line: string): CapUse {
  const [m, at, c, r, o, w = '', g = ''] = line.split(' ')
  return {
    m: Number(m),
    at: Number(at),
    c: c as Channel,
    r: Number(r) as CapUse['r'],
    ...(g && { g: g.split(',') }),
    o: numbers(o),
    ...(w && { w: numbers(w) }),
  }
}

function numbers(list = ''): number[] {
  return list.split(',').map(Number)
}
