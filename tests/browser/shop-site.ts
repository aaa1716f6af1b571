import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http'
import { resolve } from 'node:path'
import { build, type Rolldown } from 'vite'
import { listen } from './listen.ts'

export interface ShopSite extends AsyncDisposable {
  url: string
  /** While true, reports of interactions find nobody. */
  isAway: boolean
  /** Reports that found nobody. */
  lostReports: number
  /** Paths of the pages that were opened, oldest first. */
  visits: string[]
}

const page = `<!doctype html><meta charset="utf-8"><title>Shop</title><h1>Shop</h1>
<script type="module">import * as carillon from '/carillon.js'; window.carillon = carillon</script>`

/** Somebody's web site that uses the built SDK and passes the API and `/sw.js` on from its own origin. */
export async function startShopSite(serverAddress: string): Promise<ShopSite> {
  const sdk = await buildSdk()
  const site = { isAway: false, lostReports: 0, visits: [] as string[] }
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', serverAddress)
    if (pathname === '/carillon.js') return response.setHeader('content-type', 'text/javascript').end(sdk)
    if (pathname === '/v1/interactions' && site.isAway) {
      site.lostReports++
      return request.socket.destroy()
    }
    if (pathname === '/sw.js' || pathname.startsWith('/v1/')) return passOn(request, response, serverAddress)
    if (pathname !== '/favicon.ico') site.visits.push(pathname)
    return response.setHeader('content-type', 'text/html').end(page)
  })
  const listening = await listen(server)
  return Object.assign(site, listening, { url: `http://localhost:${listening.port}` })
}

async function buildSdk(): Promise<string> {
  const root = resolve(import.meta.dirname, '../../packages/sdk-web')
  const configFile = resolve(root, 'vite.config.ts')
  const built = await build({ configFile, root, logLevel: 'error', build: { write: false } })
  const [{ output }] = built as Rolldown.RolldownOutput[] as [Rolldown.RolldownOutput]
  return output[0].code
}

function passOn(request: IncomingMessage, response: ServerResponse, serverAddress: string): void {
  const { method, headers, url = '/' } = request
  const onward = forward(new URL(url, serverAddress), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  request.pipe(onward)
}
