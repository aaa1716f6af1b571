import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ChildPlace, startChild } from './child-server.ts'
import type { ServerKind, ServerLimits } from './server-kind.ts'

export const h2o: ServerKind = {
  name: 'h2o',
  can: new Set(['describe', 'maxConcurrentStreams']),
  start: (limits = {}) =>
    startChild(async (place) => {
      const file = join(place.folder, 'h2o.conf')
      await writeFile(file, configuration(place, limits))
      return { command: 'h2o', args: ['--conf', file] }
    }),
}

/** JSON is YAML, too. Its access to `large` goes through the same handler: a folder would list itself. */
function configuration(place: ChildPlace, { maxConcurrentStreams = 100 }: ServerLimits): string {
  return JSON.stringify({
    listen: {
      host: '127.0.0.1',
      port: place.port,
      ssl: { 'certificate-file': place.certificateFile, 'key-file': place.keyFile },
    },
    ...(process.getuid?.() === 0 && { user: 'root' }),
    'num-threads': 1,
    'http2-max-concurrent-requests-per-connection': maxConcurrentStreams,
    hosts: {
      default: {
        paths: { '/': { 'mruby.handler': handler }, '/large': { 'file.file': join(place.folder, 'large') } },
      },
    },
  })
}

const handler = `
Proc.new do |env|
  body = env["rack.input"] ? env["rack.input"].read.to_s : ""
  query = env["QUERY_STRING"].to_s
  path = env["PATH_INFO"] + (query.empty? ? "" : "?" + query)
  text = body
  unless path.start_with?("/body")
    text = [env["REQUEST_METHOD"], path, env["HTTP_X_NUMBER"], env["HTTP_AUTHORIZATION"], body.bytesize].join(" ")
  end
  [200, {"x-connection" => env["REMOTE_PORT"]}, [text]]
end`
