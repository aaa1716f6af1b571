import { expect, test } from 'vitest'
import { withLinks, withPixel } from './track-html.ts'

const lead = (url: string) => `https://t.example/?to=${encodeURIComponent(url)}`

test.each([
  ['<a href="https://a.example/">A</a>', 'https://a.example/'],
  ["<A class=x\n HREF = 'http://a.example/?b=1&amp;c=2' id=y>A</A>", 'http://a.example/?b=1&c=2'],
  ['<map><area shape="rect" href=" https://a.example/&#x2F; "></map>', 'https://a.example//'],
  ['<a title="a" href="HTTPS://A.example/ü">A</a>', 'HTTPS://A.example/ü'],
])('leads %s', (html, url) => {
  const led = withLinks(html, lead)
  expect(led).toContain(`"${lead(url)}"`)
  expect(led.replace(/href\s*=\s*("[^"]*"|'[^']*')/i, '')).toBe(
    html.replace(/href\s*=\s*("[^"]*"|'[^']*')/i, ''),
  )
})

test.each([
  '<a href="#top">A</a>',
  '<a href="mailto:a@example.com">A</a><a href="tel:1">B</a><a href="javascript:alert(1)">C</a>',
  '<a href="/relative">A</a><a href="https://">B</a><a href="">C</a><a>D</a><a name="e">E</a>',
  '<a href=https://a.example/>without quotes</a>',
  '<a href="https://a.example/" data-track="off">A</a><a data-track=OFF href="https://a.example/">A</a>',
  '<abbr href="https://a.example/">A</abbr><link href="https://a.example/"><img src="https://a.example/">',
  '<!-- <a href="https://a.example/">A</a> -->',
  'a < b <a',
  '<a href="https://a.example/" ',
  '',
])('leaves alone %s', (html) => {
  expect(withLinks(html, lead)).toBe(html)
})

test('an address cannot leave its quotes', () => {
  const led = withLinks('<a href="https://a.example/&quot;&gt;&lt;script&gt;">A</a>', (url) => url)
  expect(led).toBe('<a href="https://a.example/&quot;&gt;&lt;script&gt;">A</a>')
})

test('the picture stands last in the body, or at the end where there is none', () => {
  const pixel = '<img src="https://t.example/o" width="1" height="1" alt="" style="border:0">'
  expect(withPixel('<body>A</body></html>', 'https://t.example/o')).toBe(`<body>A${pixel}</body></html>`)
  expect(withPixel('</BODY>A</Body>', 'https://t.example/o')).toBe(`</BODY>A${pixel}</Body>`)
  expect(withPixel('A', 'https://t.example/o')).toBe(`A${pixel}`)
})
