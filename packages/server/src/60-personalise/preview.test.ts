import { readFile } from 'node:fs/promises'
import { previewContent as endpoint, pushPlatforms } from '@carillon/contract'
import { expect, test } from 'vitest'
import { compileContent } from '../40-content/rendering/index.ts'
import { personalise } from './personalise.ts'
import { type PreviewInput, previewContent } from './preview.ts'

const now = new Date('2026-05-01T12:00:00Z')
const ana = { id: 'user-1', attributes: { first_name: 'Ana' }, identifiers: {}, locale: 'de', timezone: null }

function preview(input: Partial<PreviewInput>) {
  const answer = previewContent({ content: {}, channel: 'push', user: ana, locale: null, now, ...input })
  expect(endpoint.answer?.parse(answer)).toEqual(answer)
  return answer
}

test('shows all platforms what they would get, by the code that sends', () => {
  const content = {
    title: 'Hi {{ user.first_name }}',
    locales: { de: { title: 'Hallo {{ user.first_name }}' } },
  }
  const { previews, problems } = preview({ content })
  expect(problems).toEqual([])
  expect(previews.map(({ platform, ok, title, locale }) => ({ platform, ok, title, locale }))).toEqual(
    pushPlatforms.map((platform) => ({ platform, ok: true, title: 'Hallo Ana', locale: 'de' })),
  )
  const made = personalise(
    compileContent(content),
    {
      platform: 'webpush',
      app: { id: 'a', name: 'A' },
      message: { id: 'm', metadata: {} },
      variables: {},
      target: { locale: null, user_id: ana.id, user: ana },
    },
    {
      deliveryId: '00000000-0000-8000-8000-000000000000',
      ttlSeconds: 86_400,
      expiresAtSeconds: now.getTime() / 1000 + 86_400,
      priority: 'high',
    },
  )
  if ('excluded' in made) throw new Error(made.detail)
  expect(previews[2]).toMatchObject({
    headers: made.wire.headers,
    payload: JSON.parse(made.wire.body),
    size_bytes: made.wire.sizeBytes,
    limit_bytes: 3993,
  })
  expect(previews[3]?.payload).toMatch(/^<toast/)
})

test('shows another language when asked', () => {
  const content = { title: 'Hi', default_locale: 'en', locales: { fr: { title: 'Salut' } } }
  expect(preview({ content, locale: 'fr-FR' }).previews[0]).toMatchObject({ title: 'Salut', locale: 'fr' })
  expect(preview({ content }).previews[0]).toMatchObject({ title: 'Hi', locale: 'en' })
})

test('shows somebody who has whatever the content asks for when there is nobody', () => {
  const content = {
    title: '{{ user.first_name }}',
    body: '{{ user.plan | upcase }} {{ user.identifiers.crm }} {{ app.name }}',
  }
  expect(preview({ content, user: null }).previews[0]).toMatchObject({
    ok: true,
    title: 'Alex',
    body: '[PLAN] [crm] Your app',
  })
})

test('says where a person lacks a value, and still how much the platform takes', () => {
  const [apns] = preview({ content: { title: 'T', body: '{{ user.plan }}' } }).previews
  expect(apns).toMatchObject({
    ok: false,
    payload: null,
    limit_bytes: 4096,
    problem: { pointer: '/content/body', detail: expect.stringContaining('{{ user.plan }} has no value') },
  })
})

test('shows the payload that is too large', () => {
  const { previews } = preview({
    content: { title: 'T', body: 'x'.repeat(4_200) },
    overrides: { fcm: { body: 'short' } },
  })
  expect(previews.map(({ ok }) => ok)).toEqual([false, true, false, true])
  expect(previews[0]).toMatchObject({
    title: 'T',
    problem: { pointer: '/content', detail: expect.stringContaining('4096 are allowed') },
  })
  expect(previews[0]?.size_bytes).toBeGreaterThan(4_200)
})

test('reports what sending would refuse, even when this person would not see it', () => {
  const { previews, problems } = preview({
    content: { title: 'T', locales: { fr: { title: '{{ user.x' } } },
    overrides: { wns: { raw: '{{ user.x | shout }}' } },
  })
  expect(problems.map(({ pointer }) => pointer)).toEqual(['/content/locales/fr/title', '/overrides/wns/raw'])
  expect(previews[0]).toMatchObject({
    ok: false,
    title: 'T',
    problem: { pointer: '/content/locales/fr/title' },
  })
  expect(previews[3]).toMatchObject({ ok: false, title: null, problem: { pointer: '/overrides/wns/raw' } })
})

test('leaves the problem of one platform to that platform', () => {
  const { previews } = preview({ content: { title: 'T' }, overrides: { fcm: { ticker: '{{ oops' } } })
  expect(previews.map(({ ok }) => ok)).toEqual([true, false, true, true])
})

test('looks variables up', () => {
  const content = { title: '{{ variables.city }}' }
  expect(preview({ content, variables: { city: 'Graz' } }).previews[0]).toMatchObject({
    ok: true,
    title: 'Graz',
  })
  expect(preview({ content }).problems).toMatchObject([{ pointer: '/content/title', code: 'render_error' }])
})

test('says that a silent message is for iOS and Android', () => {
  const { previews } = preview({ content: { silent: true } })
  expect(previews.map(({ ok }) => ok)).toEqual([true, true, false, false])
  expect(previews[2]?.problem?.detail).toContain('silent')
})

test('needs nothing of Node: what it shows cannot depend on files, time or network', async () => {
  const seen = new Set<string>()
  await follow(new URL('./preview.ts', import.meta.url), seen)
  const packages = [...seen].filter((name) => !name.startsWith('file:'))
  expect(packages.sort()).toEqual(['@carillon/contract', 'liquidjs'])
})

async function follow(file: URL, seen: Set<string>): Promise<void> {
  if (seen.has(file.href)) return
  seen.add(file.href)
  const text = await readFile(file, 'utf8')
  const imports = text.matchAll(
    /^(?:import|export)(?! type)[^'\n]*(?:\{[^}]*\}[^'\n]*)?from '([^']+)'|^import '([^']+)'/gm,
  )
  for (const [, from, bare] of imports) {
    const name = from ?? bare ?? ''
    if (name.startsWith('.')) await follow(new URL(name, file), seen)
    else seen.add(name)
  }
}
