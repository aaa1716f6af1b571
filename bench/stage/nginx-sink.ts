import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Certificate, makeCertificate } from './certificate.ts'
import { startChild, stopChild } from './child.ts'
import { freePort } from './free-port.ts'
import { costOfFamily } from './process-cost.ts'
import { programPath } from './programs.ts'
import { startProgram } from './start-program.ts'
import { until } from './until.ts'

/** All providers in one: nginx that answers 200 or 201 to whatever comes, over HTTP/2 and HTTP/1.1. */
export interface Sink extends AsyncDisposable, Certificate {
  port: number
  origin: string
  /** The same for a client that offers no ALPN, which nginx would take for one of HTTP/1.1. */
  openWithoutAlpn(): Promise<number>
  /** Requests answered so far. */
  answered(): Promise<number>
  cpuSeconds(): number
}

export async function startNginxSink(directory: string): Promise<Sink> {
  const certificate = makeCertificate(directory)
  const [port, plainPort, statusPort] = [await freePort(), await freePort(), await freePort()]
  const folder = join(directory, 'nginx')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'nginx.conf'),
    configuration({ folder, port, plainPort, statusPort, certificate }),
  )
  const nginx = startChild(
    [programPath('nginx'), '-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')],
    { place: 'sink' },
  )
  let asked = 0
  const answered = async () => {
    const text = await (await fetch(`http://127.0.0.1:${statusPort}/`)).text()
    asked++
    return Number(/^\s*\d+ \d+ (\d+)/m.exec(text)?.[1]) - asked
  }
  await until(
    () =>
      answered()
        .catch(() => false)
        .then((count) => count !== false),
    { what: 'nginx' },
  )
  const opened = new AsyncDisposableStack()
  opened.defer(() => stopChild(nginx, 'SIGQUIT'))
  return {
    ...certificate,
    port,
    origin: `https://localhost:${port}`,
    openWithoutAlpn: async () => {
      const { keyFile, certificateFile } = certificate
      return opened.use(await startProgram('./tls-relay.ts', [keyFile, certificateFile, plainPort])).port
    },
    answered,
    cpuSeconds: () => costOfFamily(nginx.pid).cpuSeconds,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

interface Layout {
  folder: string
  port: number
  /** HTTP/2 without TLS. */
  plainPort: number
  statusPort: number
  certificate: Certificate
}

/**
 * The providers' own limits where they matter to a sender: 1,000 streams as APNs. Without the large
 * `keepalive_requests` nginx says GOAWAY every 1,000 requests.
 */
function configuration({ folder, port, plainPort, statusPort, certificate }: Layout): string {
  return `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  http2_max_concurrent_streams 1000;
  server_tokens off;
  default_type application/json;
  server {
    listen 127.0.0.1:${statusPort};
    stub_status;
  }
  server {
    listen 127.0.0.1:${port} ssl http2;
    listen 127.0.0.1:${plainPort} http2;
    ssl_certificate ${certificate.certificateFile};
    ssl_certificate_key ${certificate.keyFile};
    ssl_protocols TLSv1.2 TLSv1.3;
    location /3/device/ { add_header apns-id $http_apns_id; return 200; }
    location /v1/projects/ { return 200 '{"name":"projects/bench/messages/0:1500415314455276%31bd1c9631bd1c96"}'; }
    location /wpush/ { return 201; }
    location /token { return 200 '{"access_token":"${'t'.repeat(1024)}","expires_in":3599,"token_type":"Bearer"}'; }
  }
}
`
}
