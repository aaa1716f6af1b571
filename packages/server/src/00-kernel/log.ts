import { type Logger, pino } from 'pino'

export type Log = Logger

/** JSON lines on stdout. Secrets never reach it by design; the redaction is a second fence. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: undefined,
    redact: {
      paths: [
        'req.headers.authorization',
        'req.headers.cookie',
        '*.private_key',
        '*.client_secret',
        '*.passphrase',
      ],
      censor: '•••',
    },
  })
}
