import { expect, test } from 'vitest'
import { writeSettings, writeSettingsAck } from './frames.ts'
import { createFrameReader } from './read-frames.ts'
import { defaultSettings, readSettings } from './settings.ts'

function read(bytes: Buffer) {
  const settings = defaultSettings()
  let wasAcknowledgement = false
  createFrameReader(16_384, (frame) => {
    wasAcknowledgement = readSettings(frame, settings)
  }).read(bytes)
  return { settings, wasAcknowledgement }
}

function frameOf(...settings: [id: number, value: number][]): Buffer {
  const bytes = Buffer.alloc(9 + settings.length * 6)
  writeSettings(bytes, 0, settings)
  return bytes
}

test('what a peer does not say is as the RFC has it', () => {
  expect(read(frameOf()).settings).toEqual({
    headerTableSize: 4096,
    maxConcurrentStreams: Number.POSITIVE_INFINITY,
    initialWindowSize: 65_535,
    maxFrameSize: 16_384,
    maxHeaderListSize: Number.POSITIVE_INFINITY,
  })
})

test('each setting is read, the last of several counts, and unknown ones are passed over', () => {
  const bytes = frameOf(
    [1, 0],
    [2, 0],
    [3, 50],
    [3, 100],
    [4, 2 ** 31 - 1],
    [5, 2 ** 24 - 1],
    [6, 8192],
    [99, 7],
  )
  expect(read(bytes)).toEqual({
    wasAcknowledgement: false,
    settings: {
      headerTableSize: 0,
      maxConcurrentStreams: 100,
      initialWindowSize: 2 ** 31 - 1,
      maxFrameSize: 2 ** 24 - 1,
      maxHeaderListSize: 8192,
    },
  })
})

test('an acknowledgement is told from settings', () => {
  const bytes = Buffer.alloc(9)
  writeSettingsAck(bytes, 0)
  expect(read(bytes).wasAcknowledgement).toBe(true)
})

test.each([
  ['a server that pushes', frameOf([2, 1]), 'PROTOCOL_ERROR'],
  ['a window above 2^31-1', frameOf([4, 2 ** 31]), 'FLOW_CONTROL_ERROR'],
  ['frames below 16,384 bytes', frameOf([5, 16_383]), 'PROTOCOL_ERROR'],
  ['frames above 2^24-1 bytes', frameOf([5, 2 ** 24]), 'PROTOCOL_ERROR'],
])('%s is refused', (_what, bytes, code) => {
  expect(() => read(bytes)).toThrow(expect.objectContaining({ code }))
})
