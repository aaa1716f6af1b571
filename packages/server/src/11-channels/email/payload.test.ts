import { expect, test } from 'vitest'
import type { WirePayload } from '../channel.ts'
import { delivery, rendered } from '../testing/lane-options.ts'
import { textOfHtml, withPreheader } from './html-text.ts'
import { buildEmailPayload, type EmailBody } from './payload.ts'

function build(content = {}, options = {}): WirePayload & { content: EmailBody } {
  const wire = buildEmailPayload(rendered(content), delivery(options))
  if ('unbuildable' in wire) throw new Error(wire.detail)
  return { ...wire, content: JSON.parse(wire.body) }
}

test('without an email of its own, the title is the subject and the body the text', () => {
  const { headers, content } = build({ title: 'Hello', body: 'World' })
  expect(headers).toEqual({ subject: 'Hello' })
  expect(content).toEqual({ text: 'World' })
})

test('what is written for email wins, and the text is made from the HTML', () => {
  const email = {
    subject: 'Sale',
    html: '<h1>Sale</h1><p>Now &amp; here: <a href="https://a.example/?x=1&amp;y=2">go</a></p>',
  }
  const { headers, content } = build({ email })
  expect(headers.subject).toBe('Sale')
  expect(content.text).toBe('Sale\n\nNow & here: go (https://a.example/?x=1&y=2)')
})

test('nothing can be sent without a subject, or silently', () => {
  expect(buildEmailPayload(rendered({ title: undefined }), delivery())).toMatchObject({
    unbuildable: 'render_error',
  })
  expect(buildEmailPayload(rendered({ silent: true }), delivery())).toMatchObject({
    unbuildable: 'not_applicable',
  })
})

test('the size counts all parts in bytes, attachments as they travel', () => {
  const content = 'QUJD'.repeat(1000)
  const attachments = [{ filename: 'a.txt', content_type: 'text/plain', content }]
  const wire = build({ title: 'ü', email: { html: '<p>ä</p>', text: 'ö', attachments } })
  expect(wire.sizeBytes).toBe(2 + 9 + 2 + 4000)
  expect(wire.content.attachments).toEqual([
    { filename: 'a.txt', content_type: 'text/plain', size_bytes: 3000 },
  ])
  expect(wire.body).not.toContain('QUJD')
  expect(wire.attachments?.[0]?.content).toBe(content)
})

test('one-click unsubscribe stands in marketing alone', () => {
  expect(build({}, { unsubscribeUrl: 'https://a.example/u/1' }).headers).toMatchObject({
    'list-unsubscribe': '<https://a.example/u/1>',
    'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
  })
  expect(Object.keys(build().headers)).toEqual(['subject'])
})

test('the preheader comes first in the body, unseen and escaped', () => {
  const html = withPreheader(
    '<html><BODY class="a>b"><p>x</p></BODY></html>'.replace('a>b', 'ab'),
    '<script>',
  )
  expect(html).toMatch(/<BODY class="ab"><div style="display:none[^"]*">&lt;script&gt;<\/div><p>x/)
  expect(withPreheader('<p>x</p>', 'Hi')).toMatch(/^<div style="display:none[^"]*">Hi<\/div><p>x/)
})

test.each([
  ['<style>p{}</style><p>One</p><p>Two<br>Three</p>', 'One\n\nTwo\nThree'],
  ['<ul><li>a</li><li>b</li></ul>', '- a\n- b'],
  ['<p>&lt;b&gt; &amp;lt; &#8364; &euro; &nbsp;x</p>', '<b> &lt; € € x'],
  ['<!-- secret --><script>evil()</script>Hi', 'Hi'],
  ['<img src="x" alt="A picture"> and <a href="#top">top</a>', 'A picture and top'],
  ['<a href="https://a.example">https://a.example</a>', 'https://a.example'],
  ['&#0;&#xD800;&#x110000;', ''],
])('the text of %s', (html, text) => expect(textOfHtml(html)).toBe(text))

test('hostile HTML takes no time', () => {
  const started = performance.now()
  for (const piece of ['<a href="', '<!--', '<style>', '<', '<a href="x">', '&#x', '<img alt='])
    textOfHtml(piece.repeat(20_000))
  expect(performance.now() - started).toBeLessThan(2_000)
})
