import { ownHttp2 } from './h2/own-connection.ts'
import { createPooledSender } from './pooled-sender.ts'
import type { CreateSender } from './sender.ts'

/**
 * A sender on our own HTTP/2, made for little work per request; where `protocols` allows HTTP/1.1 and the peer wants it,
 * that is node:https. All methods belong to one thread. What you pass in is never changed; the sender owns its
 * connections.
 */
export const createSender: CreateSender = (options) => createPooledSender(options, ownHttp2)
