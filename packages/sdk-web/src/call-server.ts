/** Where a device speaks to, and the key that every copy of its site shows. */
export interface ServerAddress {
  serverUrl: string
  publishableKey: string
}

/** What the server answers to a call that it refuses: problem+json, RFC 9457. */
export interface RefusedAnswer {
  status: number
  code?: string
  title?: string
  detail?: string
}

/** Calls the API as a device. Throws an error that `refusalOf` reads, or the network's own when out of reach. */
export async function callServer<Answer>(
  { serverUrl, publishableKey }: ServerAddress,
  method: 'POST' | 'PATCH',
  path: string,
  body: object,
): Promise<Answer> {
  const answer = await fetch(serverUrl + path, {
    method,
    credentials: 'omit',
    // A page that is being left still says what it has to.
    keepalive: true,
    headers: { authorization: `Bearer ${publishableKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (answer.ok) return (await answer.json()) as Answer
  throw refused(answer.status, await answer.text())
}

function refused(status: number, text: string): Error {
  const refusal: RefusedAnswer = { ...readProblem(text), status }
  const words = refusal.detail ?? refusal.title ?? `The server answered ${status}.`
  return Object.assign(new Error(words), { refusal })
}

/** A proxy in between may answer with a page of its own. */
function readProblem(text: string): Partial<RefusedAnswer> {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** Why the server refused, when that is what this error says. */
export function refusalOf(error: unknown): RefusedAnswer | null {
  return error instanceof Error && 'refusal' in error ? (error.refusal as RefusedAnswer) : null
}
