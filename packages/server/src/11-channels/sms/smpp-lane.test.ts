import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { SmppCredential } from '@carillon/contract'
import { type Sandbox, smsNumberOf, startSandbox } from '@carillon/sandbox'
import smpp, { type Pdu, type Session } from 'smpp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSafeLookup } from '../../00-kernel/safe-target.ts'
import type { LaneOptions, Parcel, ProviderReport, WirePayload } from '../channel.ts'
import { delivery, laneOptions, rendered } from '../testing/lane-options.ts'
import { buildSmsPayload } from './payload.ts'
import { probeSms } from './probe.ts'
import { openSmppLane, pdusOf } from './smpp-lane.ts'
import { createWindow } from './smpp-window.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

const safeLookup = createSafeLookup({ allowPrivate: ['localhost', '127.0.0.1'] })
const options = (changes: Partial<LaneOptions> = {}) =>
  laneOptions({ ca: [sandbox.caPem], safeLookup, timeoutMs: 3_000, ...changes })

function parcel(number: string, body = 'Hello', deliveryId = delivery().deliveryId): Parcel {
  const wire = buildSmsPayload(rendered({ body }), delivery()) as WirePayload
  return { deliveryId, address: { token: number }, wire }
}

test.each([
  ['one segment', 'Hello @ $ { } €', 1],
  ['several of GSM-7', `${'€'.repeat(100)}${'y'.repeat(200)}`, 3],
  ['UCS-2', 'Привет 🔔', 1],
  ['several of UCS-2', '🔔'.repeat(80), 3],
])('a text of %s arrives as it was', async (_name, body, segments) => {
  const number = `+43660${String(body.length).padStart(7, '0')}`
  await using lane = openSmppLane(sandbox.control.accounts().smpp, options())
  expect(await lane.send([parcel(number, body)])).toMatchObject([
    { class: 'accepted', providerId: expect.stringMatching(/^[0-9A-F]+$/) },
  ])
  const arrived = sandbox.control.conversations().find((each) => each.number === number)
  expect(arrived?.texts).toMatchObject([{ text: body, segments, from: '+15005550006' }])
})

test.each([
  ['invalid', 'token_dead', 'ESME_RINVDSTADR'],
  ['message_bad', 'message_bad', 'ESME_RSUBMITFAIL'],
  ['throttled', 'retry', 'ESME_RTHROTTLED'],
  ['unavailable', 'retry', 'ESME_RSYSERR'],
  ['queue_full', 'retry', 'ESME_RMSGQFUL'],
] as const)('a number that is %s gives %s', async (scenario, expected, code) => {
  await using lane = openSmppLane(sandbox.control.accounts().smpp, options())
  const parcels = [parcel(smsNumberOf(scenario)), parcel('+4366099999999')]
  expect(await lane.send(parcels)).toMatchObject([{ class: expected, code }, { class: 'accepted' }])
})

test('what is cut goes again, and the connection comes back by itself', async () => {
  await using lane = openSmppLane(sandbox.control.accounts().smpp, options())
  const cut = parcel(smsNumberOf('reset', 3))
  expect(await lane.send([cut])).toMatchObject([{ class: 'unknown_outcome', code: 'ECONNRESET' }])
  await expect.poll(async () => (await lane.send([cut]))[0]?.class, { timeout: 10_000 }).toBe('accepted')
})

test.each([
  [{ password: 'wrong' }, 'auth_broken', 'ESME_RINVPASWD'],
  [{ system_id: 'nobody' }, 'auth_broken', 'ESME_RINVSYSID'],
  [{ port: 1 }, 'retry', 'ECONNREFUSED'],
] as const)('bound with %o it is %s', async (change, expected, code) => {
  const credential: SmppCredential = { ...sandbox.control.accounts().smpp, ...change }
  await using lane = openSmppLane(credential, options())
  expect(await lane.send([parcel('+4366012345678')])).toMatchObject([{ class: expected, code }])
})

test('a centre whose certificate nobody vouches for is not spoken to', async () => {
  await using lane = openSmppLane(sandbox.control.accounts().smpp, options({ ca: [] }))
  expect(await lane.send([parcel('+4366012345678')])).toMatchObject([{ class: 'retry' }])
})

test('a host on a private network needs the operator’s word', async () => {
  const guarded = options({ safeLookup: createSafeLookup({ allowPrivate: [] }) })
  await using lane = openSmppLane(sandbox.control.accounts().smpp, guarded)
  expect(await lane.send([parcel('+4366012345678')])).toMatchObject([
    { class: 'auth_broken', code: 'TARGET_REFUSED' },
  ])
})

test('hands in receipts, also one that overtakes its answer, and what people write', async () => {
  const reports: ProviderReport[] = []
  const onReport = async (report: ProviderReport) => {
    reports.push(report)
  }
  await using lane = openSmppLane(sandbox.control.accounts().smpp, options({ onReport }))
  const early = smsNumberOf('disordered', 4)
  const [verdict] = await lane.send([parcel(early)])
  await lane.send([parcel(smsNumberOf('undelivered', 4))])
  await expect.poll(() => reports.length, { timeout: 10_000 }).toBe(2)
  expect(reports).toMatchObject([
    { kind: 'receipt', data: { number: early, state: 'DELIVRD', code: '000' } },
    { kind: 'receipt', data: { state: 'UNDELIV', code: '001' } },
  ])
  // Decimal in the receipt, hexadecimal in the answer.
  expect(Number(reports[0]?.data.id)).toBe(Number.parseInt(verdict?.providerId ?? '', 16))

  const { id } = sandbox.control.conversations().find(({ number }) => number === early) ?? { id: '' }
  sandbox.control.answerText(id, { text: 'Stop, bitte – danke' })
  await expect.poll(() => reports.length, { timeout: 10_000 }).toBe(3)
  expect(reports[2]).toEqual({
    kind: 'inbound',
    data: { from: early, to: '+15005550006', text: 'Stop, bitte – danke' },
  })
})

test('the centre is told that we have it only once it is kept', async () => {
  let attempts = 0
  const answers: number[] = []
  const centre = await openCentre((session) => {
    session.on('submit_sm', (pdu: Pdu) => {
      session.send(pdu.response({ message_id: 'a1' }))
      session.deliver_sm(
        { source_addr: '4366011111111', destination_addr: '123', short_message: 'Hi' },
        (answer) => answers.push(answer.command_status),
      )
    })
  })
  const onReport = async () => {
    attempts += 1
    if (attempts === 1) throw new Error('The database is away.')
  }
  {
    await using lane = openSmppLane(centre.credential, options({ onReport }))
    await lane.send([parcel('+4366011111111'), parcel('+4366011111111')])
    await expect.poll(() => answers.length, { timeout: 10_000 }).toBe(2)
  }
  expect(answers.sort()).toEqual([0x00, 0x64])
  await centre.close()
})

test('never leaves more than the window unanswered', async () => {
  let open = 0
  let most = 0
  const centre = await openCentre((session) => {
    session.on('submit_sm', (pdu: Pdu) => {
      most = Math.max(most, ++open)
      // Long enough for one more to come, if one did.
      setTimeout(() => {
        open -= 1
        session.send(pdu.response({ message_id: 'x' }))
      }, 5)
    })
  })
  {
    await using lane = openSmppLane({ ...centre.credential, window: 4 }, options())
    const verdicts = await lane.send(Array.from({ length: 50 }, () => parcel('+4366011111111')))
    expect(verdicts.every((verdict) => verdict.class === 'accepted')).toBe(true)
  }
  expect(most).toBe(4)
  await centre.close()
})

test('a window shrinks by half, never to nothing, and grows by one for each windowful', () => {
  const window = createWindow(8)
  window.shrink()
  expect(window.size).toBe(4)
  for (let i = 0; i < 5; i++) window.grow()
  expect(window.size).toBe(5)
  for (let i = 0; i < 9; i++) window.shrink()
  expect(window.size).toBe(1)
  for (let i = 0; i < 100; i++) window.grow()
  expect(window.size).toBe(8)
})

test('a centre that says nothing is a timeout, and one that talks nonsense is left', async () => {
  const silent = await openCentre((session) => session.on('submit_sm', () => {}))
  {
    await using lane = openSmppLane(silent.credential, options({ timeoutMs: 200 }))
    expect(await lane.send([parcel('+4366011111111')])).toMatchObject([
      { class: 'unknown_outcome', code: 'TIMEOUT' },
    ])
  }
  await silent.close()
  const mad = await openCentre((session) =>
    session.on('submit_sm', () => session.socket.write(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))),
  )
  {
    await using lane = openSmppLane(mad.credential, options())
    expect(await lane.send([parcel('+4366011111111')])).toMatchObject([{ class: 'unknown_outcome' }])
  }
  await mad.close()
})

test('answers enquire_link and asks itself when it is quiet', async () => {
  const heard: string[] = []
  const centre = await openCentre((session) => {
    session.on('enquire_link', (pdu: Pdu) => {
      heard.push('asked')
      session.send(pdu.response())
    })
    session.enquire_link(() => heard.push('answered'))
  })
  {
    await using _lane = openSmppLane({ ...centre.credential, enquire_link_seconds: 0.2 }, options())
    await expect.poll(() => new Set(heard).size, { timeout: 10_000 }).toBe(2)
  }
  await centre.close()
})

test('one text of several parts has one reference, one receipt, and is the same on every attempt', () => {
  const { smpp: credential } = sandbox.control.accounts()
  const pdus = pdusOf(parcel('+4366012345678', 'x'.repeat(400)), credential)
  expect(pdus.map(({ registered_delivery }) => registered_delivery)).toEqual([0, 0, 1])
  expect(pdus.map(({ short_message: { udh } }) => [...(udh ?? [])].slice(4))).toEqual([
    [3, 1],
    [3, 2],
    [3, 3],
  ])
  expect(new Set(pdus.map(({ short_message: { udh } }) => udh?.[3])).size).toBe(1)
  expect(pdusOf(parcel('+4366012345678', 'x'.repeat(400)), credential)).toEqual(pdus)
  expect(pdus[0]).toMatchObject({ validity_period: '000000010000000R', data_coding: 0 })
})

test.each([
  ['+15005550006', { source_addr_ton: 1, source_addr_npi: 1, source_addr: '15005550006' }],
  ['SHOP', { source_addr_ton: 5, source_addr_npi: 0, source_addr: 'SHOP' }],
  ['12345', { source_addr_ton: 3, source_addr_npi: 0, source_addr: '12345' }],
])('sends from %s as %o', (from, expected) => {
  expect(pdusOf(parcel('+4366012345678'), { ...sandbox.control.accounts().smpp, from })).toMatchObject([
    { ...expected, dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: '4366012345678' },
  ])
})

test('a test of the credential binds', async () => {
  const { smpp: credential } = sandbox.control.accounts()
  expect(await probeSms(credential, options())).toMatchObject([{ stage: 'bind', ok: true }])
  expect(await probeSms({ ...credential, password: 'wrong' }, options())).toMatchObject([
    { stage: 'bind', ok: false, detail: expect.stringContaining('ESME_RINVPASWD') },
  ])
})

/** A centre without TLS that lets everybody in. */
async function openCentre(serve: (session: Session) => void) {
  const sessions: Session[] = []
  const server = smpp.createServer({}, (session) => {
    sessions.push(session)
    session.on('error', () => session.destroy())
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response())
      session.close()
    })
    session.on('bind_transceiver', (pdu: Pdu) => {
      session.send(pdu.response())
      serve(session)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const credential = {
    provider: 'smpp',
    host: '127.0.0.1',
    port,
    system_id: 's',
    password: 'p',
    from: '123',
  } as const
  return {
    credential,
    close: async () => {
      server.close()
      for (const session of sessions) session.destroy()
      await once(server, 'close')
    },
  }
}
