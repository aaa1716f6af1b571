import { createNodeSender, createSender } from '../src/index.ts'

/** Both must pass everything here. */
export const senders = [
  { name: 'createNodeSender', create: createNodeSender },
  { name: 'createSender', create: createSender },
]
