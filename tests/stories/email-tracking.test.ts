import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { mailTo, person, playEmails, send, stage } from './email-stage.ts'

playEmails()

const shop = 'https://shop.example/?a=1&b=ü#top'
const html = `<html><body><a class="x" href="https://shop.example/?a=1&amp;b=ü#top">Shop</a>
<A HREF='http://news.example/{{ user.first_name }}'>News</A> <a href="#part">Part</a> <a href="mailto:a@example.com">Us</a>
<a href="https://plain.example/" data-track="off">Plain</a> <a href="{{ unsubscribe_url }}">Stop</a></body></html>`

async function sendOne(email: object, message: object = {}) {
  const who = await person('ok', { first_name: 'A"B' })
  const { id, counts } = await send({
    to: { user_ids: [who.id] },
    content: { title: 'Hello' },
    overrides: { email: { html, ...email } },
    ...message,
  })
  expect(counts).toMatchObject({ sent: 1 })
  const mail = await mailTo(who)
  const links = [...(mail.html ?? '').matchAll(/href=(?:"([^"]*)"|'([^']*)')/gi)]
  return {
    id: id as string,
    userId: who.id,
    mail,
    links: links.map(([, double, single]) => (double ?? single ?? '').replaceAll('&amp;', '&')),
    pixel: /<img src="([^"]*)"/.exec(mail.html ?? '')?.[1],
  }
}
const countsOf = async (id: string) => (await stage.api('GET', `/v1/messages/${id}`)).counts
const open = (url: string, method = 'GET') => fetch(url, { method, redirect: 'manual' })
const tracked = { track_clicks: true, track_opens: true }

test('a click is counted once and leads on, an opened picture is counted, and a look ahead is neither', async () => {
  const { id, userId, links, pixel = '', mail } = await sendOne(tracked)
  const [first = '', second = '', ...others] = links
  expect([first, second, pixel].every((url) => url.startsWith(stage.server.address))).toBe(true)
  expect(others).toEqual([
    '#part',
    'mailto:a@example.com',
    'https://plain.example/',
    expect.stringContaining('/u/'),
  ])
  expect(mail.text).toContain('https://shop.example/?a=1&b=ü#top')

  for (const url of [first, pixel]) expect((await open(url, 'HEAD')).ok || url === first).toBe(true)
  expect(await countsOf(id)).toMatchObject({ opened: 0, clicked: 0 })

  const hours = () => sql`select from open_hours where user_id = ${userId}`.execute(stage.server.store.db)
  const picture = await open(pixel)
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/gif'])
  expect(picture.headers.get('cache-control')).toBe('no-store')
  expect(await countsOf(id)).toMatchObject({ opened: 1, clicked: 0 })
  // A machine may have loaded it: it says nothing about when they read.
  expect((await hours()).rows).toHaveLength(0)

  for (let again = 0; again < 2; again++) {
    const answer = await open(first)
    expect([answer.status, answer.headers.get('location')]).toEqual([302, new URL(shop).href])
  }
  expect((await open(second)).headers.get('location')).toBe('http://news.example/A%22B')
  expect(await countsOf(id)).toMatchObject({ opened: 1, clicked: 1 })
  expect((await hours()).rows).toHaveLength(1)
})

test('an email has its own links and no picture unless the content asks for it', async () => {
  const plain = await sendOne({})
  expect([plain.links[0], plain.pixel]).toEqual([shop, undefined])
  const opens = await sendOne({ track_opens: true })
  expect([opens.links[0], opens.pixel?.includes('/o/')]).toEqual([shop, true])
  const receipt = await sendOne(
    { track_clicks: true, html: '<a href="https://shop.example/">Shop</a>' },
    { category: 'transactional' },
  )
  expect([receipt.links[0]?.includes('/l/'), receipt.pixel]).toEqual([true, undefined])
})

test('this server leads nowhere that an email of ours did not, and takes no picture for another', async () => {
  const { id, links, pixel = '' } = await sendOne(tracked)
  const [first = '', second = ''] = links
  const evil = new URL(first)
  evil.searchParams.set('to', 'https://evil.example/')
  const swapped = new URL(first)
  swapped.searchParams.set('to', new URL(second).searchParams.get('to') ?? '')
  const twice = `${first}&to=https%3A%2F%2Fevil.example%2F`
  const cut = first.slice(0, first.indexOf('?'))
  const asOpened = first.replace('/l/', '/o/')
  for (const url of [
    evil.href,
    swapped.href,
    twice,
    cut,
    `${stage.server.address}/l/x?to=https://evil.example/`,
  ]) {
    const answer = await open(url)
    expect([url, answer.status, answer.headers.get('location')]).toEqual([url, 404, null])
  }
  // A picture is a picture, whatever is asked.
  for (const url of [asOpened, `${pixel}x`, `${stage.server.address}/o/%00`])
    expect((await open(url)).status).toBe(200)
  expect(await countsOf(id)).toMatchObject({ opened: 0, clicked: 0 })
})

test('an experiment between emails is told apart by their clicks', async () => {
  const addresses = Array.from({ length: 12 }, (_, n) => `lab${n}@example.com`)
  const overrides = { email: { html: '<a href="https://shop.example/">Shop</a>', track_clicks: true } }
  const { id } = await send({
    to: { addresses },
    experiment: {
      variants: [
        { name: 'Plain', content: { title: 'Hello' }, overrides },
        { name: 'Loud', content: { title: 'HELLO' }, overrides },
      ],
    },
  })
  const loud = stage.sandbox.control.emails().filter(({ subject }) => subject === 'HELLO')
  for (const { html } of loud) await open(/href="([^"]*)"/.exec(html ?? '')?.[1] ?? '')
  const { variants } = await stage.api('GET', `/v1/messages/${id}/experiment`)
  const clicks = variants.map(({ metrics }: { metrics: { clicked: { n: number } } }) => metrics.clicked.n)
  expect(clicks).toEqual([0, loud.length])
})
