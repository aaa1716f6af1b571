import { randomBytes } from 'node:crypto'
import type { Email } from '@carillon/sandbox'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClock, openStage, recipientsOf, type Stage, until } from './stage.ts'

const clock = createClock()
let stage: Stage
let credential: Record<string, unknown>

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
  credential = { ...stage.sandbox.control.accounts().email }
  await stage.api('PUT', `/v1/apps/${stage.app.id}/credentials/email`, credential)
})
afterAll(() => stage?.close())
beforeEach(() => stage.sandbox.control.clearEmails())

let people = 0
interface Person {
  id: string
  email: string
}

/** Somebody new. The address says how its mail server behaves. */
async function person(scenario = 'ok', attributes: Record<string, unknown> = {}): Promise<Person> {
  const email = `p${++people}+${scenario}@example.com`
  const { id } = await stage.api('POST', '/v1/users', { attributes: { email, ...attributes } })
  return { id, email }
}

const email = (message: Record<string, unknown>) => ({ app_id: stage.app.id, channel: 'email', ...message })
const send = (message: Record<string, unknown>) => stage.send(email(message))
const sendTo = (who: Person, message: Record<string, unknown> = {}) =>
  send({ to: { user_ids: [who.id] }, content: { title: 'Hello', body: 'World' }, ...message })
const mailsTo = (who: Person) => stage.sandbox.control.emails().filter(({ to }) => to === who.email)
const mailTo = async (who: Person): Promise<Email> => {
  await until(() => mailsTo(who).length > 0)
  return mailsTo(who)[0] as Email
}
const addressOf = async (who: Person) =>
  (await stage.api('GET', `/v1/subscriptions?user_id=${who.id}&app_id=${stage.app.id}`)).data.find(
    ({ platform }: { platform: string }) => platform === 'email',
  )
const call = (method: string, path: string, body?: unknown, headers = {}) =>
  stage.server.request(method, path, body, headers)

describe('an email', () => {
  test('reaches people by their attribute, with HTML that no name can change', async () => {
    const ada = await person('ok', { first_name: '<script>alert("Ada")</script> & Co' })
    const message = await sendTo(ada, {
      content: { title: 'Hello {{ user.first_name }}' },
      overrides: {
        email: { html: '<h1>Hello {{ user.first_name }}</h1>', preheader: 'Hi {{ user.first_name }}' },
      },
    })
    expect(message).toMatchObject({
      channel: 'email',
      counts: { targeted: 1, sent: 1 },
      by_platform: { email: { sent: 1 } },
    })
    const mail = await mailTo(ada)
    const name = '&lt;script&gt;alert(&quot;Ada&quot;)&lt;/script&gt; &amp; Co'
    expect(mail.subject).toBe('Hello <script>alert("Ada")</script> & Co')
    expect(mail.html).toContain(`<h1>Hello ${name}</h1>`)
    expect(mail.html).toContain(`Hi ${name}</div>`)
    expect(mail.text).toContain('Hello <script>alert("Ada")</script> & Co')
  })

  test('goes once to an address that was typed, and not to what is none', async () => {
    const message = await send({
      to: { addresses: ['typed@example.com', 'Typed@EXAMPLE.com'] },
      content: { title: 'Hi' },
    })
    expect(message.counts.sent).toBeGreaterThanOrEqual(1)
    expect(stage.sandbox.control.emails().map(({ to }) => to)).toContain('typed@example.com')
  })

  test('speaks the language of its reader', async () => {
    const [anna, ben] = [await person('ok'), await person('ok')]
    await stage.api('PATCH', `/v1/users/${anna.id}`, { locale: 'de-AT' })
    await send({
      to: { user_ids: [anna.id, ben.id] },
      content: { title: 'Hello', default_locale: 'en' },
      overrides: {
        email: { html: '<p>Hello</p>', locales: { de: { subject: 'Hallo', html: '<p>Servus</p>' } } },
      },
    })
    expect(await mailTo(anna)).toMatchObject({ subject: 'Hallo', text: 'Servus' })
    expect(await mailTo(ben)).toMatchObject({ subject: 'Hello', text: 'Hello' })
  })

  test('carries files of harmless types, four at most and 10 MB together', async () => {
    const file = (filename: string, content_type: string, content = 'SGVsbG8=') => ({
      filename,
      content_type,
      content,
    })
    const text = file('notes.txt', 'text/plain')
    const who = await person()
    await sendTo(who, { overrides: { email: { attachments: [text, file('a.pdf', 'application/pdf')] } } })
    expect((await mailTo(who)).attachments).toEqual([
      { filename: 'notes.txt', content_type: 'text/plain', size: 5 },
      { filename: 'a.pdf', content_type: 'application/pdf', size: 5 },
    ])
    const big = (bytes: number) => randomBytes(bytes).toString('base64')
    const refused: [unknown[], string][] = [
      [Array(5).fill(text), '/overrides/email/attachments'],
      [[file('run.exe', 'application/x-msdownload')], '/overrides/email/attachments/0/content_type'],
      [[file('run.exe', 'application/pdf')], '/overrides/email/attachments/0/filename'],
      [[file('../etc/notes.txt', 'text/plain')], '/overrides/email/attachments/0/filename'],
      [[file('a.txt', 'text/plain', 'not base64!')], '/overrides/email/attachments/0/content'],
      [Array(2).fill(file('a.txt', 'text/plain', big(4_500_000))), '/overrides/email/attachments'],
    ]
    for (const [attachments, pointer] of refused) {
      const answer = await call(
        'POST',
        '/v1/messages',
        email({
          to: { user_ids: [who.id] },
          content: { title: 'x' },
          overrides: { email: { attachments } },
        }),
      )
      expect(answer.status, pointer).toBe(422)
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
    }
    const large = file('a.txt', 'text/plain', big(6_000_000))
    const message = await sendTo(who, { overrides: { email: { attachments: [large] } } })
    await until(() => mailsTo(who).some(({ attachments }) => attachments[0]?.size === 6_000_000))
    const shown = { filename: 'a.txt', content_type: 'text/plain', size_bytes: 6_000_000 }
    expect(message.overrides).toEqual({ email: { attachments: [shown] } })
    const { id } = await stage.api('POST', '/v1/templates', {
      name: 'With a file',
      content: { title: 'x' },
      overrides: { email: { attachments: [large] } },
    })
    const listed = (await stage.api('GET', '/v1/templates')).data.find(
      (each: { id: string }) => each.id === id,
    )
    expect(listed.overrides.email.attachments).toEqual([shown])
    expect((await stage.api('GET', `/v1/templates/${id}`)).overrides.email.attachments).toEqual([large])
    expect((await call('POST', '/v1/segments', { name: 'x'.repeat(2_000_000) })).status).toBe(413)
  })

  test('may be written in MJML: it is made once, when the template is saved', async () => {
    const mjml = `<mjml><mj-body><mj-section><mj-column>
      <mj-text>Hello {{ user.first_name }}</mj-text>
    </mj-column></mj-section></mj-body></mjml>`
    const template = await stage.api('POST', '/v1/templates', {
      name: 'Newsletter',
      content: { title: 'News' },
      overrides: { email: { mjml } },
    })
    expect(template.overrides.email).toMatchObject({ mjml, html: expect.stringContaining('<!doctype html>') })
    const who = await person('ok', { first_name: '<b>' })
    await sendTo(who, { content: undefined, template_id: template.id })
    expect((await mailTo(who)).html).toContain('Hello &lt;b&gt;')
    const { name, content, overrides } = template
    const again = await call('PUT', `/v1/templates/${template.id}`, { name, content, overrides })
    expect(again.body.overrides).toEqual(overrides)
    const broken = { email: { mjml: mjml.replace('<mj-text>', '<mj-none />\n<mj-text>') } }
    const refused = await call('POST', '/v1/templates', { name: 'Broken', content, overrides: broken })
    expect(refused.body).toMatchObject({ status: 422, code: 'invalid_content' })
    expect(refused.body.errors[0]).toMatchObject({
      pointer: '/overrides/email/mjml',
      detail: expect.stringMatching(/^line \d+/),
    })
  })

  test('is shown by the preview as it would be sent', async () => {
    const { previews, problems } = (
      await call('POST', '/v1/messages/preview', {
        channel: 'email',
        content: { title: 'Hello' },
        overrides: {
          email: { html: '<p>{{ user.first_name }} <a href="{{ unsubscribe_url }}">end</a></p>' },
        },
      })
    ).body
    expect(problems).toEqual([])
    expect(previews).toMatchObject([
      {
        platform: 'email',
        ok: true,
        title: 'Hello',
        limit_bytes: 10_485_760,
        payload: { text: expect.stringContaining('Alex end') },
      },
    ])
    expect(previews[0].headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click')
    const broken = { channel: 'email', content: { title: 'x' }, overrides: { email: { mjml: '<mjml>' } } }
    expect((await call('POST', '/v1/messages/preview', broken)).body.problems).toMatchObject([
      { code: 'mjml' },
    ])
  })
})

describe('what mail servers answer', () => {
  test.each([
    ['bounce', 'token_unregistered', 'retired'],
    ['moved', 'token_unregistered', 'retired'],
    ['nullmx', 'token_unregistered', 'retired'],
    ['policy', 'message_rejected', 'active'],
    ['spam', 'message_rejected', 'active'],
  ])('%s ends as %s, and the address is %s', async (scenario, reason, status) => {
    const who = await person(scenario)
    const message = await sendTo(who)
    expect(message.failed).toEqual({ [reason]: 1 })
    expect((await addressOf(who)).status).toBe(status)
    if (status === 'retired') expect((await sendTo(who)).excluded).toEqual({ token_retired: 1 })
  })

  test.each([
    'greylist',
    'full',
  ])('%s is tried again when a minute has passed, and arrives once', async (scenario) => {
    const who = await person(scenario)
    const id = await stage.start(email({ to: { user_ids: [who.id] }, content: { title: 'Later' } }))
    const waiting = async () => (await recipientsOf(stage.api, id))[0]
    await stage.settle()
    expect(await waiting()).toMatchObject({ status: 'pending' })
    clock.pass(70_000)
    await stage.wake()
    expect((await stage.ended(id)).counts.sent).toBe(1)
    expect(mailsTo(who)).toHaveLength(1)
  })

  test('an answer that was lost leads to the same email again, with the same Message-ID', async () => {
    const who = await person('drop')
    const id = await stage.start(email({ to: { user_ids: [who.id] }, content: { title: 'Once' } }))
    expect((await stage.ended(id)).counts.sent).toBe(1)
    const ids = mailsTo(who).map((mail) => mail.message_id)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  test('a worker that is lost between the answer and its record leads to the same email again, recorded once', async () => {
    const who = await person('slow')
    const id = await stage.start(email({ to: { user_ids: [who.id] }, content: { title: 'Lost' } }))
    await until(() => mailsTo(who).length === 1)
    const past = new Date(clock.now().getTime() - 1_000)
    await sql`update batches set lease_until = ${past} where closed_at is null`.execute(stage.server.store.db)
    await stage.wake()
    expect((await stage.ended(id)).counts).toMatchObject({ targeted: 1, sent: 1 })
    await until(() => mailsTo(who).length === 2)
    const [recipient] = await recipientsOf(stage.api, id)
    for (const { message_id, delivery_id } of mailsTo(who)) {
      expect(message_id).toBe(`<${recipient?.delivery_id}@bounces.sandbox.example>`)
      expect(delivery_id).toBe(recipient?.delivery_id)
    }
  })

  test('a wrong password holds the messages, and a right one lets them go', async () => {
    const other = await stage.openApp('Other shop')
    const path = `/v1/apps/${other.app.id}/credentials/email`
    await stage.api('PUT', path, { ...credential, password: 'wrong' })
    const who = await person()
    const id = await stage.start({
      ...email({ to: { user_ids: [who.id] }, content: { title: 'x' } }),
      app_id: other.app.id,
    })
    const holds = async () => (await stage.api('GET', `/v1/messages/${id}`)).holds
    await until(async () => (await holds()).length > 0)
    expect(await holds()).toMatchObject([{ platform: 'email', reason: 'credential_rejected' }])
    await stage.api('PUT', path, credential)
    clock.pass(60_000)
    await stage.wake()
    expect((await stage.ended(id)).counts.sent).toBe(1)
  })

  test('a credential is tried stage by stage, and never shown', async () => {
    const path = `/v1/apps/${stage.app.id}/credentials/email`
    const { stages } = await stage.api('POST', `${path}/test`, {})
    expect(stages.map((each: { stage: string; ok: boolean }) => [each.stage, each.ok])).toEqual([
      ['connection', true],
      ['encryption', true],
      ['authentication', true],
    ])
    const shown = JSON.stringify(await stage.api('GET', path))
    expect(shown).not.toContain(credential.password as string)
  })
})

describe('unsubscribing', () => {
  /** Without our key: whoever has the email has no other right. */
  const open = (url: string, init?: RequestInit) => fetch(url, { redirect: 'error', ...init })
  const oneClick = (url: string) =>
    open(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    })

  test('is one POST: no cookie, no redirect, and again changes nothing (RFC 8058)', async () => {
    const who = await person()
    const message = await sendTo(who)
    const { unsubscribe } = await mailTo(who)
    expect(unsubscribe).toMatchObject({
      one_click: true,
      mailto: expect.stringContaining('@bounces.sandbox.example'),
    })
    const url = unsubscribe.url as string
    expect(url.startsWith(`${stage.server.address}/u/`)).toBe(true)
    for (let i = 0; i < 2; i++) {
      const answer = await oneClick(url)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('set-cookie')).toBeNull()
    }
    expect((await addressOf(who)).status).toBe('unsubscribed')
    expect((await sendTo(who)).excluded).toEqual({ unsubscribed: 1 })
    const [recipient] = await recipientsOf(stage.api, message.id)
    expect(recipient).toMatchObject({ interactions: ['unsubscribed'] })
  })

  test('takes the form that some mail programs send', async () => {
    const who = await person()
    await sendTo(who)
    const form = new FormData()
    form.set('List-Unsubscribe', 'One-Click')
    expect(
      (await open((await mailTo(who)).unsubscribe.url as string, { method: 'POST', body: form })).status,
    ).toBe(200)
    expect((await addressOf(who)).status).toBe('unsubscribed')
  })

  test('is never done by looking: a page asks, and its button does it', async () => {
    const who = await person()
    await sendTo(who, { overrides: { email: { html: '<a href="{{ unsubscribe_url }}">Stop</a>' } } })
    const mail = await mailTo(who)
    const url = mail.unsubscribe.url as string
    expect(mail.html).toContain(`href="${url}"`)
    for (const method of ['GET', 'HEAD']) expect((await open(url, { method })).status).toBe(200)
    const page = await open(url)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const text = await page.text()
    expect(text).toContain('Unsubscribe from Story?')
    expect(text).not.toContain(who.email)
    expect(text).not.toMatch(/<script/i)
    for (const body of ['', 'x=1']) expect((await open(url, { method: 'POST', body })).status).toBe(400)
    expect((await addressOf(who)).status).toBe('active')
    const done = await open(url, { method: 'POST', body: new URLSearchParams({ confirm: 'yes' }) })
    expect(await done.text()).toContain('You are unsubscribed')
    expect((await addressOf(who)).status).toBe('unsubscribed')
    expect(await (await open(url)).text()).toContain('You are unsubscribed')
  })

  test('by a link that we did not make is nothing', async () => {
    const who = await person()
    await sendTo(who)
    const url = (await mailTo(who)).unsubscribe.url as string
    const forged = url.slice(0, -1) + (url.endsWith('A') ? 'B' : 'A')
    for (const wrong of [
      forged,
      `${stage.server.address}/u/x`,
      `${stage.server.address}/u/${'A'.repeat(64)}`,
    ]) {
      expect((await oneClick(wrong)).status).toBe(404)
      expect((await open(wrong)).status).toBe(404)
    }
    expect((await addressOf(who)).status).toBe('active')
  })

  test('is offered in marketing, never in what somebody has to get', async () => {
    const who = await person()
    await sendTo(who, { category: 'transactional' })
    expect((await mailTo(who)).unsubscribe).toEqual({ url: null, mailto: null, one_click: false })
  })

  test('ends marketing; a receipt still comes', async () => {
    const who = await person()
    await sendTo(who)
    await oneClick((await mailTo(who)).unsubscribe.url as string)
    expect(await sendTo(who)).toMatchObject({ excluded: { unsubscribed: 1 } })
    expect(await sendTo(who, { category: 'transactional' })).toMatchObject({ counts: { sent: 1 } })
  })
})

describe('what comes back later', () => {
  const report = async (who: Person, kind: 'bounce' | 'delay' | 'complaint' | 'unsubscribe') => {
    const { id } = await mailTo(who)
    return feedback(stage.sandbox.control.reportEmail(id, kind))
  }
  const feedback = async (raw: string) => {
    const answer = await call('POST', '/v1/feedback/email', raw, { 'content-type': 'message/rfc822' })
    expect(answer.status).toBe(202)
    return answer.body
  }

  test.each([
    ['bounce', 'bounced', 'retired'],
    ['complaint', 'complained', 'unsubscribed'],
    ['unsubscribe', 'unsubscribed', 'unsubscribed'],
  ] as const)('a %s is recorded once as %s, and the address is %s', async (kind, type, status) => {
    const who = await person()
    const message = await sendTo(who)
    clock.pass(1_000)
    expect(await report(who, kind)).toEqual({ kind, recorded: 1, duplicate: 0, unmatched: 0 })
    expect(await report(who, kind)).toEqual({ kind, recorded: 0, duplicate: 1, unmatched: 0 })
    expect((await addressOf(who)).status).toBe(status)
    expect((await recipientsOf(stage.api, message.id))[0]).toMatchObject({ interactions: [type] })
  })

  test('a delay says nothing', async () => {
    const who = await person()
    await sendTo(who)
    expect(await report(who, 'delay')).toEqual({ kind: 'bounce', recorded: 0, duplicate: 0, unmatched: 0 })
    expect((await addressOf(who)).status).toBe('active')
  })

  test('a bounce of an address that was corrected since leaves the new one alone', async () => {
    const who = await person()
    await sendTo(who)
    clock.pass(1_000)
    await mailTo(who)
    await stage.api('PATCH', `/v1/users/${who.id}`, { attributes: { email: `new-${who.email}` } })
    expect(await report(who, 'bounce')).toMatchObject({ recorded: 1 })
    expect((await addressOf(who)).status).toBe('active')
  })

  test('what is about nothing of ours is taken, and counted', async () => {
    const who = await person()
    await sendTo(who)
    const raw = stage.sandbox.control.reportEmail((await mailTo(who)).id, 'bounce')
    const foreign = raw
      .replaceAll(/[0-9a-f]{32}@|[0-9a-f-]{36}@/g, 'x@')
      .replaceAll(/x-carillon-delivery.*/g, 'x-a: b')
    expect(await feedback(foreign)).toEqual({ kind: 'bounce', recorded: 0, duplicate: 0, unmatched: 1 })
    expect(await feedback('Subject: hello\r\n\r\nWhere is my order?')).toMatchObject({
      kind: 'other',
      recorded: 0,
    })
    expect((await addressOf(who)).status).toBe('active')
  })

  test('is taken from a mail server alone: with a key, and as an email', async () => {
    const none = { authorization: '', 'content-type': 'message/rfc822' }
    expect((await call('POST', '/v1/feedback/email', 'Subject: x', none)).status).toBe(401)
    expect((await call('POST', '/v1/feedback/email', { raw: 'x' })).status).toBe(415)
    expect(
      (await call('POST', '/v1/messages', 'Subject: x', { 'content-type': 'message/rfc822' })).status,
    ).toBe(415)
  })
})
