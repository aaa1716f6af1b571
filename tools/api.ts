/** A small client for the tools here: throws with the problem's own words. */
export function createApi(address: string, key: string) {
  // biome-ignore lint/suspicious/noExplicitAny: the answers of many operations pass through here.
  return async (method: string, path: string, body?: unknown): Promise<any> => {
    const answer = await fetch(address + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text ? JSON.parse(text) : undefined
  }
}

export type Api = ReturnType<typeof createApi>
