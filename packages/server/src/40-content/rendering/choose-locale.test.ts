import { expect, test } from 'vitest'
import { createLocaleChooser } from './choose-locale.ts'

const content = {
  title: 'Hello',
  default_locale: 'en',
  locales: {
    de: { title: 'Hallo' },
    'pt-BR': { title: 'Oi' },
    pt: { title: 'Olá' },
    zh_Hant: { title: '你好' },
  },
}
const choose = createLocaleChooser(content)

test.each([
  ['de', 'de'],
  ['de-AT', 'de'],
  ['DE_at', 'de'],
  ['pt-BR', 'pt-BR'],
  ['pt_br', 'pt-BR'],
  ['pt-PT', 'pt'],
  ['zh-Hant-TW', 'zh_Hant'],
  ['zh-CN', 'en'],
  ['en-GB', 'en'],
  ['d', 'en'],
  ['', 'en'],
  [null, 'en'],
])('gives a person who wants %s the texts in %s', (wanted, locale) => {
  expect(choose(wanted).locale).toBe(locale)
})

test('falls back from dialect to language to the base texts', () => {
  expect(choose('pt-BR').sources.map(({ pointer }) => pointer)).toEqual([
    '/content/locales/pt-BR',
    '/content/locales/pt',
    '/content',
  ])
})

test('takes the default language for the base texts when both have the same name', () => {
  const chooser = createLocaleChooser({
    title: 'base',
    default_locale: 'pt-BR',
    locales: { pt: { title: 'pt' }, 'pt-br': { body: 'br' } },
  })
  const sources = (wanted: string) => chooser(wanted).sources.map(({ pointer }) => pointer)
  expect(sources('pt-BR')).toEqual(['/content/locales/pt-br', '/content'])
  expect(sources('pt')).toEqual(['/content/locales/pt', '/content/locales/pt-br', '/content'])
})

test('names no language when the author names none', () => {
  expect(createLocaleChooser({ title: 'x' })('de')).toMatchObject({
    locale: null,
    sources: [{ pointer: '/content' }],
  })
})
