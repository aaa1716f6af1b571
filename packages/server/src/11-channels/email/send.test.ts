import { generateKeyPairSync } from 'node:crypto'
import type { EmailCredential } from '@carillon/contract'
import { type Email, type Sandbox, startSandbox } from '@carillon/sandbox'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LaneOptions, Parcel, Verdict, WirePayload } from '../channel.ts'
import { delivery, laneOptions, rendered } from '../testing/lane-options.ts'
import { emailChannel } from './index.ts'
import { verifyDkim } from './testing/verify-dkim.ts'

let sandbox: Sandbox
let credential: EmailCredential

beforeAll(async () => {
  sandbox = await startSandbox()
  credential = sandbox.control.accounts().email
})
afterAll(() => sandbox.close())
beforeEach(() => sandbox.control.clearEmails())

function options(changes: Partial<LaneOptions> = {}): LaneOptions {
  return laneOptions({
    ca: [sandbox.caPem],
    safeLookup: async () => ({ address: '127.0.0.1', family: 4 }),
    timeoutMs: 3_000,
    ...changes,
  } as never)
}

let number = 0
function parcelFor(token: string, content = {}, changes = {}): Parcel {
  const deliveryId = `0b8f4f52-7c1c-8a59-9f0e-${String(++number).padStart(12, '0')}`
  const wire = emailChannel.buildPayload(
    rendered(content),
    delivery({ deliveryId, ...changes }),
  ) as WirePayload
  return { deliveryId, address: { token }, wire }
}

async function send(
  parcels: Parcel[],
  with_: EmailCredential = credential,
  changes = {},
): Promise<Verdict[]> {
  await using lane = emailChannel.openLane(with_, options(changes))
  return await lane.send(parcels)
}

/** How the address fares: the verdict of one email to it. */
async function fate(token: string): Promise<Verdict> {
  return (await send([parcelFor(token)]))[0] as Verdict
}

test('an email arrives over an encrypted connection, with both parts, its names and its files', async () => {
  const email = {
    subject: 'Grüße, {x} 😀',
    preheader: 'Just <now>',
    html: '<html><body><p>Hello &amp; welcome</p></body></html>',
    from_name: 'Shop, the "best"',
    reply_to: 'help@example.com',
    headers: { 'X-Campaign': 'spring' },
    attachments: [
      {
        filename: 'Ihr Rückblick.pdf',
        content_type: 'application/pdf',
        content: Buffer.from('%PDF').toString('base64'),
      },
    ],
  }
  const [verdict] = await send([parcelFor('anna@example.com', { email })])
  expect(verdict).toMatchObject({ class: 'accepted', status: 250, code: null })
  const [arrived] = sandbox.control.emails() as [Email]
  expect(arrived).toMatchObject({
    to: 'anna@example.com',
    from: '"Shop, the "best"" <hello@sandbox.example>',
    subject: email.subject,
    text: 'Hello & welcome',
    attachments: [{ filename: 'Ihr Rückblick.pdf', content_type: 'application/pdf', size: 4 }],
    encrypted: true,
  })
  expect(arrived.html).toContain('Just &lt;now&gt;</div><p>Hello')
  expect(arrived.headers).toContainEqual({ name: 'x-campaign', value: 'spring' })
  expect(arrived.headers).toContainEqual({ name: 'reply-to', value: 'help@example.com' })
})

test('many emails go over few connections, each to its own address alone', async () => {
  const parcels = Array.from({ length: 60 }, (_, i) => parcelFor(`person${i}@example.org`))
  const verdicts = await send(parcels)
  expect(new Set(verdicts.map((verdict) => verdict.class))).toEqual(new Set(['accepted']))
  const arrived = sandbox.control.emails()
  expect(arrived.map((email) => email.envelope.to).sort()).toEqual(
    parcels.map(({ address }) => [address.token]).sort(),
  )
})

test.each([
  ['bounce@example.com', { class: 'token_dead', status: 550, code: '5.1.1' }],
  ['moved@example.com', { class: 'token_dead', status: 551, code: '5.1.6' }],
  ['nullmx@example.com', { class: 'token_dead', status: 550, code: '5.1.10' }],
  ['full@example.com', { class: 'retry', status: 452, code: '4.2.2', concernsAddress: true }],
  ['full_always@example.com', { class: 'retry', status: 552, code: '5.2.2', concernsAddress: true }],
  ['greylist@example.com', { class: 'retry', status: 450, code: '4.2.0', concernsAddress: true }],
  ['policy@example.com', { class: 'message_bad', status: 550, code: '5.7.1' }],
  ['spam@example.com', { class: 'message_bad', status: 554, code: '5.7.1' }],
  ['anna+slow@example.com', { class: 'accepted' }],
])('an email to %s meets what its server says', async (address, verdict) => {
  expect(await fate(address)).toMatchObject(verdict)
})

test('a server that is busy says something about itself, not about the address', async () => {
  const verdict = await fate('busy@example.com')
  expect(verdict).toMatchObject({ class: 'retry', status: 421, code: '4.7.0' })
  expect(verdict.concernsAddress).toBeUndefined()
})

test('what was deferred is taken at the next attempt', async () => {
  const parcel = parcelFor('greylist7@example.com')
  expect((await send([parcel]))[0]?.class).toBe('retry')
  expect((await send([parcel]))[0]?.class).toBe('accepted')
})

test('an email whose answer was lost goes again as the same email: id, boundaries, return address', async () => {
  const parcel = parcelFor('drop@example.com', { email: { subject: 'Once', html: '<p>x</p>' } })
  expect((await send([parcel]))[0]?.class).toBe('unknown_outcome')
  expect((await send([parcel]))[0]?.class).toBe('accepted')
  const [second, first] = sandbox.control.emails() as [Email, Email]
  expect(second.message_id).toBe(first.message_id)
  expect(first.message_id).toBe(`<${parcel.deliveryId}@bounces.sandbox.example>`)
  expect(second.delivery_id).toBe(parcel.deliveryId)
  const withoutDate = ({ headers }: Email) => headers.filter(({ name }) => name !== 'date')
  const same = (email: Email) => withoutDate(email).filter(({ name }) => name !== 'received')
  expect(same(second)).toEqual(same(first))
  expect(first.envelope.from).toBe(`b+${parcel.deliveryId.replaceAll('-', '')}@bounces.sandbox.example`)
})

test('marketing tells how to end it, by one POST and by mail; what is not marketing does not', async () => {
  const unsubscribeUrl = `https://push.example.com/u/${'x'.repeat(80)}`
  await send([parcelFor('anna@example.com', {}, { unsubscribeUrl }), parcelFor('ben@example.com')])
  const found = sandbox.control.emails()
  const of = (name: string) => found.find(({ to }) => to === name)?.unsubscribe
  expect(of('anna@example.com')).toEqual({
    url: unsubscribeUrl,
    mailto: expect.stringMatching(/^mailto:u\+[0-9a-f]{32}@bounces\.sandbox\.example\?subject=unsubscribe$/),
    one_click: true,
  })
  expect(of('ben@example.com')).toEqual({ url: null, mailto: null, one_click: false })
})

test('a name or subject starts no header of its own, and adds no recipient', async () => {
  const title = 'Hi\r\nBcc: mallory@example.com\r\n\r\n<b>'
  const email = {
    from_name: 'A\r\nX-Evil: 1',
    reply_to: 'a@example.com\r\nX-Evil: 2',
    headers: { 'X-A': 'b\r\nX-Evil: 3' },
  }
  await send([parcelFor('anna@example.com', { title, email })])
  const [arrived] = sandbox.control.emails() as [Email]
  expect(arrived.subject).toBe('Hi Bcc: mallory@example.com <b>')
  expect(arrived.headers.map(({ name }) => name)).not.toContain('x-evil')
  expect(arrived.headers.map(({ name }) => name)).not.toContain('bcc')
  expect(arrived.envelope.to).toEqual(['anna@example.com'])
})

test('a DKIM signature holds for what came over the wire, and covers both headers of one-click unsubscribe', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  const signing = { ...credential, dkim: { domain: 'sandbox.example', selector: 's1', private_key } }
  const email = { subject: 'Grüße 😀', html: `<p>${'Schöne Wörter. '.repeat(40)}</p>` }
  const unsubscribeUrl = `https://push.example.com/u/${'x'.repeat(64)}`
  await send([parcelFor('anna@example.com', { email }, { unsubscribeUrl })], signing)
  const [arrived] = sandbox.control.emails() as [Email]
  const raw = sandbox.control.rawEmail(arrived.id).toString('latin1')
  const signed = ['from', 'to', 'subject', 'date', 'message-id', 'list-unsubscribe', 'list-unsubscribe-post']
  expect(verifyDkim(raw, publicKey)).toEqual(expect.arrayContaining(signed))
  expect(() => verifyDkim(raw.replace('One-Click', 'Two-Click'), publicKey)).toThrow('headers')
  expect(() => verifyDkim(`${raw}x`, publicKey)).toThrow('body')
})

test("a wrong password is the credential's fault", async () => {
  const [verdict] = await send([parcelFor('anna@example.com')], { ...credential, password: 'wrong' })
  expect(verdict).toMatchObject({ class: 'auth_broken', status: 535, code: '5.7.8' })
})

test('nothing is sent over a connection whose certificate is of nobody we trust', async () => {
  const [verdict] = await send([parcelFor('anna@example.com')], credential, { ca: [] })
  expect(verdict?.class).toBe('auth_broken')
  expect(sandbox.control.emails()).toEqual([])
})

test('a server that is named by its address has to have a certificate of that address', async () => {
  const [verdict] = await send([parcelFor('anna@example.com')], { ...credential, host: '127.0.0.1' })
  expect(verdict?.class).toBe('accepted')
  const [other] = await send([parcelFor('anna@example.com')], { ...credential, host: 'mail.example.com' })
  expect(other).toMatchObject({ class: 'auth_broken', code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

test('a server in a private network is not called unless the operator allowed it', async () => {
  const safeLookup = async () => ({ refused: 'localhost leads to 127.0.0.1, which is not a public address' })
  const [verdict] = await send([parcelFor('anna@example.com')], credential, { safeLookup })
  expect(verdict).toMatchObject({ class: 'auth_broken', code: 'HOST_REFUSED' })
  expect(verdict?.detail).toContain('ALLOW_PRIVATE_TARGETS')
})

test('a server that is not there is tried again', async () => {
  const [verdict] = await send([parcelFor('anna@example.com')], { ...credential, port: 1 })
  expect(verdict).toMatchObject({ class: 'retry', status: null, code: 'ECONNREFUSED' })
})

test('a test of the credential goes stage by stage', async () => {
  const probe = (with_: EmailCredential, changes = {}, to?: string) =>
    emailChannel.probe(with_, options(changes), to === undefined ? undefined : { token: to })
  const short = async (stages: ReturnType<typeof probe>) =>
    (await stages).map(({ stage, ok }) => `${stage} ${ok}`)
  expect(await short(probe(credential))).toEqual([
    'connection true',
    'encryption true',
    'authentication true',
  ])
  expect(await short(probe(credential, {}, 'anna@example.com'))).toContain('send true')
  expect(await short(probe(credential, {}, 'bounce@example.com'))).toContain('send false')
  expect(await short(probe({ ...credential, password: 'x' }))).toEqual([
    'connection true',
    'encryption true',
    'authentication false',
  ])
  expect(await short(probe(credential, { ca: [] }))).toEqual(['connection true', 'encryption false'])
  expect(await short(probe({ ...credential, port: 1 }))).toEqual(['connection false'])
})
