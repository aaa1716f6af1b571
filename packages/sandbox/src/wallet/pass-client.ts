import { Problem } from '../problem.ts'
import type { OpenedPass } from './open-pass.ts'

/** What Wallet on one device asks of the sender of one pass: Apple's web service, as its client. */
export interface PassClient {
  register(pushToken: string): Promise<void>
  unregister(): Promise<void>
  /** Undefined when nothing has changed since the tag. */
  changed(tag: string | undefined): Promise<{ serialNumbers: string[]; lastUpdated: string } | undefined>
  /** Undefined when it has not changed. */
  fetch(since: string | undefined): Promise<{ bytes: Buffer; lastModified: string | undefined } | undefined>
}

export function createPassClient(library: string, pass: OpenedPass): PassClient {
  const { webServiceUrl, passTypeId, serial, authenticationToken } = pass
  const authorization = `ApplePass ${authenticationToken}`
  const device = `/v1/devices/${library}/registrations/${encodeURIComponent(passTypeId)}`
  const ask = async (path: string, init: RequestInit, allowed: readonly number[]) => {
    const answer = await fetch(webServiceUrl + path, init).catch(() => {
      throw new Problem(422, `The web service of the pass at ${webServiceUrl} does not answer.`)
    })
    if (!allowed.includes(answer.status))
      throw new Problem(422, `The web service answers ${answer.status} to ${init.method ?? 'GET'} ${path}.`)
    return answer
  }

  return {
    register: async (pushToken) => {
      const body = JSON.stringify({ pushToken })
      const headers = { authorization, 'content-type': 'application/json' }
      await ask(`${device}/${serial}`, { method: 'POST', headers, body }, [200, 201])
    },
    unregister: async () => {
      await ask(`${device}/${serial}`, { method: 'DELETE', headers: { authorization } }, [200])
    },
    changed: async (tag) => {
      const query = tag === undefined ? '' : `?passesUpdatedSince=${encodeURIComponent(tag)}`
      const answer = await ask(device + query, {}, [200, 204])
      return answer.status === 204 ? undefined : readChanges(await answer.json())
    },
    fetch: async (since) => {
      const headers = { authorization, ...(since === undefined ? {} : { 'if-modified-since': since }) }
      const answer = await ask(
        `/v1/passes/${encodeURIComponent(passTypeId)}/${serial}`,
        { headers },
        [200, 304],
      )
      if (answer.status === 304) return undefined
      const lastModified = answer.headers.get('last-modified') ?? undefined
      return { bytes: Buffer.from(await answer.arrayBuffer()), lastModified }
    },
  }
}

function readChanges(body: unknown): { serialNumbers: string[]; lastUpdated: string } {
  const { serialNumbers, lastUpdated } = (body ?? {}) as Record<string, unknown>
  const isList = Array.isArray(serialNumbers) && serialNumbers.every((serial) => typeof serial === 'string')
  if (!isList || typeof lastUpdated !== 'string')
    throw new Problem(
      422,
      'The web service must answer serialNumbers, a list of texts, and lastUpdated, a text.',
    )
  return { serialNumbers, lastUpdated }
}

/** What a tap on the link of a pass fetches. */
export async function fetchLink(url: string): Promise<{ bytes: Buffer; lastModified: string | undefined }> {
  const answer = await fetch(url).catch(() => null)
  if (!answer) throw new Problem(422, 'Nothing answers at this link.')
  const type = answer.headers.get('content-type') ?? 'nothing'
  if (answer.status !== 200) throw new Problem(422, `The link answers ${answer.status}.`)
  if (!type.startsWith('application/vnd.apple.pkpass'))
    throw new Problem(422, `The link answers ${type}, which is no pass.`)
  const lastModified = answer.headers.get('last-modified') ?? undefined
  return { bytes: Buffer.from(await answer.arrayBuffer()), lastModified }
}
