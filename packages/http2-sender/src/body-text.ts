/** Longer bodies are cut: providers answer with a few hundred bytes, and a reverse proxy's page is of no use. */
export const longestBodyBytes = 64 * 1024

export type BodyText = ReturnType<typeof createBodyText>

/** Gathers the chunks of a response body up to `longestBodyBytes`. It keeps the chunks, so they must not change afterwards. */
export function createBodyText() {
  const chunks: Buffer[] = []
  let bytes = 0
  return {
    add(chunk: Buffer): void {
      if (bytes >= longestBodyBytes) return
      chunks.push(chunk.subarray(0, longestBodyBytes - bytes))
      bytes += chunk.length
    },
    text(): string {
      const [only, more] = chunks
      if (only === undefined) return ''
      return more === undefined ? only.toString() : Buffer.concat(chunks).toString()
    },
  }
}
