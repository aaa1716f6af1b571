/** The part of the library that is used; it brings no types. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events'
  import type { Server as NetServer, Socket } from 'node:net'

  export interface Pdu {
    command: string
    command_status: number
    sequence_number: number
    response(options?: Record<string, unknown>): Pdu
    [field: string]: unknown
  }

  export interface Session extends EventEmitter {
    socket: Socket
    /** False: nothing was written, and nobody will be called back. */
    send(pdu: Pdu, onResponse?: (pdu: Pdu) => void): boolean
    bind_transceiver(fields: Record<string, unknown>, onResponse: (pdu: Pdu) => void): boolean
    submit_sm(fields: Record<string, unknown>, onResponse: (pdu: Pdu) => void): boolean
    deliver_sm(fields: Record<string, unknown>, onResponse?: (pdu: Pdu) => void): boolean
    enquire_link(onResponse?: (pdu: Pdu) => void): boolean
    unbind(onResponse?: (pdu: Pdu) => void): boolean
    pause(): void
    resume(): void
    close(): void
    destroy(): void
  }

  const smpp: {
    connect(options: Record<string, unknown>): Session
    encodings: { ASCII: { match(text: string): boolean; encode(text: string): Buffer } }
    createServer(options: Record<string, unknown>, onSession: (session: Session) => void): NetServer
  }
  export default smpp
}
