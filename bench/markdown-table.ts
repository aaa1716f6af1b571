/** Texts are left, numbers right; columns are padded, so that it can be read on a terminal too. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const lines = [head, ...rows.map((row) => row.map(String))]
  const widths = head.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)))
  const isNumber = head.map((_, i) => rows.every((row) => typeof row[i] === 'number' || row[i] === '–'))
  const pad = (text: string, i: number) =>
    isNumber[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)
  const rule = widths.map((width, i) => (isNumber[i] ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)))
  const [first = [], ...rest] = lines.map((line) => line.map(pad))
  return [first, rule, ...rest].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
