import { readFileSync } from 'node:fs'
import { createNodeSender, createSender, type SendRequest } from '@carillon/http2-sender'
import { apnsHeaders, apnsPath } from './apns-request.ts'
import type { Driver, Target } from './driver.ts'
import { sendInSlices } from './in-flight.ts'
import { apnsPayload, sampleMessages } from './sample-messages.ts'

/** Requests that one call of the sender gets. */
const callSize = 250

/** The sender alone, with requests that are ready: what the lane adds is the difference. */
export function open({ origin, certificateFile, inFlight, connections, transport }: Target): Driver {
  const create = transport === 'node' ? createNodeSender : createSender
  const sender = create({
    origin,
    protocols: ['h2'],
    ca: [readFileSync(certificateFile, 'utf8')],
    maxInFlight: Math.ceil(inFlight / connections),
    maxConnections: connections,
    unindexed: ['authorization'],
  })
  const { 'apns-id': _, ...shared } = apnsHeaders('')
  const requests: SendRequest[] = sampleMessages().map((message) => ({
    path: apnsPath(message),
    shared,
    headers: { 'apns-id': message.id },
    body: JSON.stringify(apnsPayload(message)),
  }))
  return {
    send: (count) =>
      sendInSlices(requests, { count, size: callSize, inFlight }, async (slice) => {
        const answers = await sender.send(slice)
        return answers.filter((answer) => 'status' in answer && answer.status === 200).length
      }),
    close: () => sender[Symbol.asyncDispose](),
  }
}
