import { CorsChange, parseCorsDomain } from '@carillon/contract'
import { describe, expect, test } from 'vitest'
import { allowsOrigin } from './cors.ts'

/** A list as a person types it, an origin as a browser sends it, and whether the page may call. */
const vectors: [string, string, boolean][] = [
  ['*', 'https://anything.example', true],
  ['*', 'http://localhost:5173', true],
  ['*', 'null', true],
  ['*.google.com', 'https://www.google.com', true],
  ['*.google.com', 'https://a.b.google.com', true],
  ['*.google.com', 'https://google.com', false],
  ['*.google.com', 'https://evilgoogle.com', false],
  ['*.google.com', 'https://google.com.evil.net', false],
  ['*.google.com', 'https://.google.com', false],
  ['*.google.com', 'https://a..google.com', false],
  ['*.google.com', 'https://www.google.com.', false],
  ['*.google.com', 'null', false],
  ['*.com', 'https://www.hcl.com', true],
  ['*.com', 'https://hcl.com', true],
  ['*.com', 'https://com', false],
  ['*.com', 'https://www.hcl.in', false],
  ['*.in', 'https://www.hcl.in', true],
  ['*.in', 'https://login', false],
  ['www.hcl.com', 'https://www.hcl.com', true],
  ['www.hcl.com', 'http://www.hcl.com', true],
  ['www.hcl.com', 'https://www.hcl.com:8443', true],
  ['www.hcl.com', 'https://a.www.hcl.com', false],
  ['www.hcl.com', 'https://hcl.com', false],
  ['www.hcl.com', 'https://wwwxhcl.com', false],
  ['www.hcl.com', 'null', false],
  ['WWW.HCL.com', 'https://www.hcl.com', true],
  ['www.hcl.com', 'HTTPS://WWW.hcl.COM', true],
  ['*.Google.COM', 'https://WWW.google.com', true],
  ['https://www.hcl.com', 'https://www.hcl.com', true],
  ['https://www.hcl.com', 'https://www.hcl.com:8443', true],
  ['https://www.hcl.com', 'http://www.hcl.com', false],
  ['https://*.hcl.com', 'https://www.hcl.com', true],
  ['https://*.hcl.com', 'http://www.hcl.com', false],
  ['www.hcl.com:8443', 'https://www.hcl.com:8443', true],
  ['www.hcl.com:8443', 'https://www.hcl.com', false],
  ['www.hcl.com:443', 'https://www.hcl.com', true],
  ['www.hcl.com:443', 'http://www.hcl.com', false],
  ['*.hcl.com:8080', 'http://a.hcl.com:8080', true],
  ['*.hcl.com:8080', 'http://a.hcl.com:8081', false],
  ['localhost', 'http://localhost:5173', true],
  ['127.0.0.1', 'http://127.0.0.1:3000', true],
  ['[::1]', 'http://[::1]:3000', true],
  ['capacitor://localhost', 'capacitor://localhost', true],
  ['capacitor://localhost', 'https://localhost', false],
  ['bücher.example', 'https://xn--bcher-kva.example', true],
  [' *.google.com ,  www.hcl.com ', 'https://www.hcl.com', true],
  ['*.google.com,www.hcl.com', 'https://mail.google.com', true],
  ['*.google.com, www.hcl.com', 'https://hcl.com', false],
  ['www.hcl.com,,', 'https://www.hcl.com', true],
  ['', 'https://www.hcl.com', false],
  ['*', 'www.hcl.com', false],
  ['*', 'https://*.hcl.com', false],
  ['*', 'https://www.hcl.com/path', false],
  ['*', 'https://a.example, https://b.example', false],
  ['*', 'https://user@www.hcl.com', false],
]

describe('the vectors of sites that may call', () => {
  test.each(vectors)('%j and the origin %s: %s', (domains, origin, allowed) => {
    const list = CorsChange.parse({ domains }).domains ?? []
    expect(
      allowsOrigin(
        list.flatMap((text) => parseCorsDomain(text) ?? []),
        origin,
      ),
    ).toBe(allowed)
  })
})

test('an array means what a comma list means, and says which entry is none', () => {
  expect(CorsChange.parse({ domains: [' a.example ', '*.b.example', 'a.example'] })).toEqual({
    domains: ['a.example', '*.b.example'],
  })
  const { error } = CorsChange.safeParse({ domains: ['a.example', 'https://b.example/path', ''] })
  expect(error?.issues.map(({ path }) => path)).toEqual([
    ['domains', 1],
    ['domains', 2],
  ])
})

test.each([
  'www.*.com',
  '*google.com',
  '*.',
  '*.*',
  '**',
  'a b',
  'a.example/',
  'a.example?x',
  'https://',
  '://a.example',
  'a..example',
  'a.example.',
  'a.example:0',
  'a.example:65536',
  'a.example:x',
  'user@a.example',
  'a%2fb.example',
  '[::1',
])('%s is no entry', (text) => {
  expect(parseCorsDomain(text)).toBeNull()
  expect(CorsChange.safeParse({ domains: text }).success).toBe(false)
})
