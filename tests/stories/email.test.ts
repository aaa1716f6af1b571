import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import {
  addressOf,
  call,
  clock,
  credential,
  email,
  mailsTo,
  mailTo,
  person,
  playEmails,
  send,
  sendTo,
  stage,
} from './email-stage.ts'
import { recipientsOf, until } from './stage.ts'

playEmails()

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
