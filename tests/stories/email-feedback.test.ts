import { describe, expect, test } from 'vitest'
import {
  addressOf,
  call,
  clock,
  mailTo,
  type Person,
  person,
  playEmails,
  sendTo,
  stage,
} from './email-stage.ts'
import { recipientsOf } from './stage.ts'

playEmails()

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
