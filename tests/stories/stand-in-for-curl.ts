/** Stands in for curl, which not every machine has: the options that our documents use, and failure on a problem. */
export const standInForCurl = `
import { readFileSync } from 'node:fs'
const args = process.argv.slice(2); const headers = {}; let method, body, url
while (args.length) { const a = args.shift()
  if (a === '-s') continue
  else if (a === '-X') method = args.shift()
  else if (a === '-H') { const [n, v] = args.shift().split(/: ?(.*)/s); headers[n] = v }
  else if (a === '-d') body = args.shift()
  else if (a === '--data-binary') body = readFileSync(args.shift().slice(1))
  else url = a }
const answer = await fetch(url, { method: method ?? (body ? 'POST' : 'GET'), headers, body })
const text = await answer.text(); process.stdout.write(text)
if (!answer.ok) { process.stderr.write(text); process.exit(22) }`
