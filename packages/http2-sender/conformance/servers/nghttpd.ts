import { startChild } from './child-server.ts'
import type { ServerKind, ServerLimits } from './server-kind.ts'

/** Its file server can give a body back, and nothing else that depends on the request. */
export const nghttpd: ServerKind = {
  name: 'nghttpd',
  can: new Set(['maxConcurrentStreams', 'windowBytes', 'tableBytes', 'ornate']),
  start: (limits = {}) =>
    startChild(async ({ port, folder, certificateFile, keyFile }) => ({
      command: 'nghttpd',
      args: [
        ...['--address=127.0.0.1', '--echo-upload', `--htdocs=${folder}`, ...argsOf(limits)],
        ...[String(port), keyFile, certificateFile],
      ],
    })),
}

function argsOf({ maxConcurrentStreams, windowBytes, tableBytes, ornate }: ServerLimits): string[] {
  return [
    ...(maxConcurrentStreams === undefined ? [] : [`--max-concurrent-streams=${maxConcurrentStreams}`]),
    ...(windowBytes === undefined ? [] : [`--window-bits=${Math.ceil(Math.log2(windowBytes + 1))}`]),
    ...(tableBytes === undefined ? [] : [`--header-table-size=${tableBytes}`]),
    ...(ornate ? ['--padding=255', '--trailer=x-trailer: last', '--no-content-length'] : []),
  ]
}
