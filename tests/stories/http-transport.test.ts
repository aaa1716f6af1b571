import { expect, test } from 'vitest'
import { openStage } from './stage.ts'

test('HTTP_TRANSPORT=node reaches all four platforms without our own HTTP/2', async () => {
  const stage = await openStage({ environment: { HTTP_TRANSPORT: 'node' } })
  for (const platform of ['apns', 'fcm', 'webpush', 'wns'] as const)
    await stage.subscribe({ platform, count: 40 })
  const { counts } = await stage.send({ to: { all: true }, content: { title: 'Hello' } })
  expect(counts).toMatchObject({ targeted: 160, sent: 160, failed: 0 })
  await stage.close()
})
