import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type ChildPlace, startChild } from './child-server.ts'
import type { ServerKind, ServerLimits } from './server-kind.ts'

/** In front of a small server of Node's over HTTP/1.1; `/at-once` it answers itself, before the body is there. */
export const nginx: ServerKind = {
  name: 'nginx',
  can: new Set(['describe', 'maxConcurrentStreams', 'requestsPerConnection']),
  async start(limits = {}) {
    const behind = await startBehind()
    const server = await startChild(async (place) => {
      const file = join(place.folder, 'nginx.conf')
      await writeFile(file, configuration(place, behind.port, limits))
      return { command: 'nginx', args: ['-p', place.folder, '-c', file, '-e', 'stderr'] }
    })
    return {
      ...server,
      processed: behind.processed,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]()
        await behind.close()
      },
    }
  },
}

function configuration(place: ChildPlace, behindPort: number, limits: ServerLimits): string {
  const { maxConcurrentStreams = 128, requestsPerConnection = 1_000_000 } = limits
  const { port, folder } = place
  return `
    user ${process.getuid?.() === 0 ? 'root' : 'nobody'};
    daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
    events { worker_connections 1024; }
    http {
      access_log off;
      client_body_temp_path ${folder}/client; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      client_max_body_size 100m;
      upstream behind { server 127.0.0.1:${behindPort}; keepalive 32; }
      server {
        listen 127.0.0.1:${port} ssl http2;
        ssl_certificate ${place.certificateFile}; ssl_certificate_key ${place.keyFile};
        http2_max_concurrent_streams ${maxConcurrentStreams};
        keepalive_requests ${requestsPerConnection};
        add_header x-connection $connection;
        location /large { root ${folder}; default_type text/plain; }
        location /at-once { return 200 "$request_method $request_uri $http_x_number"; }
        location / { proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header connection ""; }
      }
    }`
}

async function startBehind() {
  const processed = new Map<string, number>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url = '', headers } = request
      const body = Buffer.concat(chunks)
      const number = String(headers['x-number'] ?? '')
      processed.set(number, (processed.get(number) ?? 0) + 1)
      if (url.startsWith('/body')) response.end(body)
      else response.end([method, url, number, headers.authorization ?? '', body.length].join(' '))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    processed,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
