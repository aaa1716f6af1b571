import { nodeHttp2 } from './node-h2-connection.ts'
import { createPooledSender } from './pooled-sender.ts'
import type { CreateSender } from './sender.ts'

/**
 * A sender on node:http2, with HTTP/1.1 keep-alive on node:https where `protocols` allows it and the peer wants it.
 * The reference that `createSender` is held against, and the fallback for it.
 */
export const createNodeSender: CreateSender = (options) => createPooledSender(options, nodeHttp2)
