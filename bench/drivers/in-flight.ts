/** Calls `send` for 0 to count - 1, so many at once; how many resolved to true. */
export async function sendOneByOne(
  count: number,
  inFlight: number,
  send: (n: number) => Promise<boolean>,
): Promise<number> {
  let next = 0
  let acknowledged = 0
  const work = async () => {
    while (next < count) if (await send(next++)) acknowledged++
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  return acknowledged
}

/** Hands `send` slices of the sample, as many at once as fit into flight. */
export function sendInSlices<Item>(
  sample: readonly Item[],
  { count, size, inFlight }: { count: number; size: number; inFlight: number },
  send: (slice: readonly Item[]) => Promise<number>,
): Promise<number> {
  let acknowledged = 0
  const slices = Math.ceil(count / size)
  return sendOneByOne(slices, Math.max(1, Math.floor(inFlight / size)), async (n) => {
    const from = (n * size) % sample.length
    const answered = await send(sample.slice(from, from + Math.min(size, count - n * size)))
    acknowledged += answered
    return true
  }).then(() => acknowledged)
}
