import { describe, expect, test } from 'vitest'
import { createSafeLookup, createTargetPool, isPublicAddress, perOrigin, type Target } from './safe-target.ts'

describe('isPublicAddress', () => {
  test.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'this network'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['10.0.0.1', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['169.254.169.254', 'link-local, where clouds keep their metadata'],
    ['100.64.0.1', 'shared with the carrier (CGNAT)'],
    ['100.127.255.255', 'shared with the carrier (CGNAT)'],
    ['192.0.0.1', 'protocol assignments'],
    ['192.0.2.1', 'documentation'],
    ['198.51.100.1', 'documentation'],
    ['203.0.113.1', 'documentation'],
    ['192.88.99.1', '6to4 relay'],
    ['198.18.0.1', 'benchmarks'],
    ['198.19.255.255', 'benchmarks'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::127.0.0.1', 'IPv4-compatible'],
    ['::a00:1', 'IPv4-compatible'],
    ['::ffff:127.0.0.1', 'IPv4-mapped'],
    ['::ffff:8.8.8.8', 'IPv4-mapped'],
    ['::ffff:0:10.0.0.1', 'IPv4-translated'],
    ['64:ff9b::7f00:1', 'NAT64'],
    ['64:ff9b:1::1', 'local NAT64'],
    ['100::1', 'discard'],
    ['2001::1', 'Teredo'],
    ['2001:2::1', 'benchmarks'],
    ['2001:10::1', 'ORCHID'],
    ['2001:20::1', 'ORCHIDv2'],
    ['2001:db8::1', 'documentation'],
    ['2002:7f00:1::1', '6to4'],
    ['3fff::1', 'documentation'],
    ['5f00::1', 'segment routing'],
    ['fc00::1', 'unique local'],
    ['fd12:3456::1', 'unique local'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['not an address', 'no address'],
    ['', 'no address'],
  ])('%s is not: %s', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '2606:4700::1111',
  ])('%s is', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })
})

describe('createSafeLookup', () => {
  const leadingTo = (address: string, port?: number) => async () =>
    ({ address, family: address.includes(':') ? 6 : 4, port }) as Target

  test('gives the very address that it judged', async () => {
    const lookup = createSafeLookup({ allowPrivate: [], resolve: leadingTo('1.1.1.1', 8443) })
    expect(await lookup(new URL('https://push.example/a'))).toEqual({
      address: '1.1.1.1',
      family: 4,
      port: 8443,
    })
  })

  test('refuses a name that leads to a private address, and says where it leads', async () => {
    const lookup = createSafeLookup({ allowPrivate: [], resolve: leadingTo('10.1.2.3') })
    expect(await lookup(new URL('https://push.example/a'))).toEqual({
      refused: 'push.example leads to 10.1.2.3, which is not a public address',
    })
  })

  test.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fd00::1]:8443/',
    'http://169.254.169.254/latest/meta-data',
  ])('refuses %s without asking a resolver', async (url) => {
    const resolve = () => Promise.reject(new Error('the resolver was asked'))
    expect(await createSafeLookup({ allowPrivate: [], resolve })(new URL(url))).toHaveProperty('refused')
  })

  test('refuses localhost as the system resolves it', async () => {
    const lookup = createSafeLookup({ allowPrivate: [] })
    expect(await lookup(new URL('https://localhost/'))).toHaveProperty('refused')
    expect(await lookup(new URL('https://localhost./'))).toHaveProperty('refused')
  })

  test.each([
    'ftp://push.example/',
    'file:///etc/passwd',
    'about:blank',
    'ws://push.example/',
  ])('refuses the scheme of %s', async (url) => {
    const lookup = createSafeLookup({ allowPrivate: ['push.example'], resolve: leadingTo('1.1.1.1') })
    expect(await lookup(new URL(url))).toHaveProperty('refused')
  })

  test('asks anew each time, so a name that changes is judged anew', async () => {
    const answers = ['1.1.1.1', '127.0.0.1']
    const resolve = async (): Promise<Target> => ({ address: answers.shift() ?? '', family: 4 })
    const lookup = createSafeLookup({ allowPrivate: [], resolve })
    const url = new URL('https://rebinding.example/')
    expect(await lookup(url)).toMatchObject({ address: '1.1.1.1' })
    expect(await lookup(url)).toHaveProperty('refused')
  })

  test('lets the error of a resolver rise', async () => {
    const resolve = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
    const lookup = createSafeLookup({ allowPrivate: [], resolve })
    await expect(lookup(new URL('https://nowhere.example/'))).rejects.toMatchObject({ code: 'ENOTFOUND' })
  })

  test.each([
    ['localhost', 'https://localhost:8443/', true],
    ['localhost', 'https://LOCALHOST/', true],
    [' Localhost:8443 ', 'https://localhost:8443/', true],
    ['localhost:8443', 'https://localhost:8444/', false],
    ['localhost:8443', 'https://localhost/', false],
    ['localhost:443', 'https://localhost/', true],
    ['localhost:80', 'http://localhost/', true],
    ['example', 'https://push.example/', false],
    ['push.example', 'https://push.example./', true],
    ['push.example', 'https://evil-push.example/', false],
    ['127.0.0.1:9000', 'https://127.0.0.1:9000/', true],
    ['[::1]:9000', 'https://[::1]:9000/', true],
    ['10.0.0.5', 'https://10.0.0.6/', false],
  ])('with "%s" on the list, %s is allowed: %s', async (entry, address, isAllowed) => {
    const lookup = createSafeLookup({ allowPrivate: [entry], resolve: leadingTo('127.0.0.1') })
    const url = new URL(address)
    expect(lookup.isExplicitlyAllowed(url)).toBe(isAllowed)
    expect('address' in (await lookup(url))).toBe(isAllowed)
  })
})

describe('createTargetPool', () => {
  /** Clients that only remember; `gate` keeps the work of an origin from ending. */
  function createPool(
    maxOrigins: number,
    safeLookup = async (): Promise<Target> => ({ address: '1.1.1.1', family: 4 }),
  ) {
    const opened: string[] = []
    const closed: string[] = []
    const pool = createTargetPool({
      safeLookup,
      maxOrigins,
      open: (origin, lookup) => {
        opened.push(origin)
        return { lookup, [Symbol.asyncDispose]: async () => void closed.push(origin) }
      },
    })
    return { pool, opened, closed }
  }
  const url = (name: string) => new URL(`https://${name}.example/path`)
  const nothing = async () => 'done'

  test('opens one client per origin and keeps it', async () => {
    const { pool, opened } = createPool(4)
    await Promise.all([pool.use(url('a'), nothing), pool.use(url('a'), nothing), pool.use(url('b'), nothing)])
    await pool.use(url('a'), nothing)
    expect(opened.sort()).toEqual(['https://a.example', 'https://b.example'])
  })

  test('opens none for an origin that is refused', async () => {
    const { pool, opened } = createPool(4, async () => ({ refused: 'private' }) as never)
    expect(await pool.use(url('a'), nothing)).toEqual({ refused: 'private' })
    expect(opened).toEqual([])
  })

  test('lets a connection go nowhere once the name leads to a refused address', async () => {
    let isRefused = false
    const safeLookup = async () =>
      (isRefused ? { refused: 'rebound' } : { address: '1.1.1.1', family: 4 }) as Target
    const { pool } = createPool(4, safeLookup)
    await pool.use(url('a'), async ({ lookup }) => {
      expect(await lookup()).toEqual({ address: '1.1.1.1', family: 4 })
      isRefused = true
      await expect(lookup()).rejects.toMatchObject({ code: 'TARGET_REFUSED' })
    })
  })

  test('closes the client that was unused for longest when there are too many', async () => {
    const { pool, closed } = createPool(2)
    for (const name of ['a', 'b', 'a', 'c']) await pool.use(url(name), nothing)
    expect(closed).toEqual(['https://b.example'])
  })

  test('makes who comes for one more wait, and never closes a client in use', async () => {
    const { pool, opened, closed } = createPool(2)
    const release: (() => void)[] = []
    const held = () => new Promise<void>((resolve) => release.push(resolve))
    const first = [pool.use(url('a'), held), pool.use(url('b'), held)]
    const third = pool.use(url('c'), nothing)
    await expect.poll(() => release.length).toBe(2)
    expect(opened).toHaveLength(2)
    release[0]?.()
    expect(await third).toBe('done')
    expect(closed).toEqual(['https://a.example'])
    release[1]?.()
    await Promise.all(first)
  })

  test('gives the place back when the work fails', async () => {
    const { pool } = createPool(1)
    await expect(pool.use(url('a'), () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await pool.use(url('b'), nothing)).toBe('done')
  })

  test('closes all when it is disposed', async () => {
    const { pool, closed } = createPool(4)
    await pool.use(url('a'), nothing)
    await pool.use(url('b'), nothing)
    await pool[Symbol.asyncDispose]()
    expect(closed).toEqual(['https://a.example', 'https://b.example'])
    await expect(pool.use(url('c'), nothing)).rejects.toThrow('disposed')
  })
})

test('perOrigin hands each origin its own items and keeps the order of all', async () => {
  const items = ['a/1', 'b/2', 'a/3'].map((path) => ({ url: new URL(`https://${path}`) }))
  const groups: string[][] = []
  const results = await perOrigin(items, async (group) => {
    groups.push(group.map((item) => item.url.href))
    return group.map((item) => item.url.pathname)
  })
  expect(groups).toEqual([['https://a/1', 'https://a/3'], ['https://b/2']])
  expect(results).toEqual(['/1', '/2', '/3'])
})
