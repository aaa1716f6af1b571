import { createMessage } from '@carillon/contract'
import { expect, test } from 'vitest'
import { write } from '../00-kernel/index.ts'
import { compileMarkup, withMarkup } from './compile-mjml.ts'

const page = (inside: string) =>
  `<mjml><mj-body><mj-section><mj-column>\n${inside}\n</mj-column></mj-section></mj-body></mjml>`
const compile = (mjml: string) => compileMarkup({ email: { mjml } })

test('MJML becomes HTML beside it, in every language, and Liquid passes through', async () => {
  const text = '<mj-text>Hi {{ user.first_name | default: "you" }}{% if user.vip %} ♥{% endif %}</mj-text>'
  const { overrides, problems } = await compileMarkup({
    apns: { badge: 1 },
    email: {
      subject: 'S',
      html: 'old',
      mjml: page(text),
      locales: { de: { mjml: page('<mj-text>Hallo</mj-text>') } },
    },
  })
  expect(problems).toEqual([])
  expect(overrides.email?.html).toContain(
    'Hi {{ user.first_name | default: "you" }}{% if user.vip %} ♥{% endif %}',
  )
  expect(overrides.email?.html).not.toContain('<mj-')
  expect(overrides.email?.mjml).toBe(page(text))
  expect(overrides.email?.locales?.de?.html).toContain('Hallo')
  expect(overrides.apns).toEqual({ badge: 1 })
})

test('an error names its line', async () => {
  const { overrides, problems } = await compile(page('<mj-text>a</mj-text>\n<mj-nothing>b</mj-nothing>'))
  expect(problems).toEqual([
    {
      pointer: '/overrides/email/mjml',
      code: 'mjml',
      detail: expect.stringMatching(/^line 3 \(mj-nothing\): /),
    },
  ])
  expect(overrides.email?.html).toBeUndefined()
})

test.each([
  '<mj-include path="/etc/passwd" />',
  '<MJ-Include path="./x.css" type="css"/>',
])('no other file is read: %s', async (include) => {
  const { problems } = await compile(page(include))
  expect(problems[0]).toMatchObject({ code: 'mjml', detail: expect.stringContaining('line 2: mj-include') })
})

test.each([
  '',
  'not mjml',
  '<mjml>',
  '<mj-body></mj-body>',
  '<mj-section>'.repeat(5_000),
  '{{ user.name }}',
])('what is no MJML is a problem, not a fault: %.30s', async (mjml) =>
  expect((await compile(mjml)).problems).not.toEqual([]))

test('nothing from elsewhere is asked for when the email is opened', async () => {
  const { overrides } = await compile(page('<mj-text font-family="Roboto, Lato">x</mj-text>'))
  expect(overrides.email?.html).not.toMatch(/fonts\.googleapis|@import/)
})

/** What a route is handed when it is called with a body. */
async function handed(body: unknown): Promise<unknown> {
  const [route] = withMarkup([write(createMessage, async (call) => call.body as never)])
  return route?.handle({ body } as never)
}

test("a route is handed what was made, wherever overrides stand in the body, and nothing of the caller's own is touched", async () => {
  const overrides = { email: { mjml: page('<mj-text>x</mj-text>') } }
  const body = {
    overrides,
    experiment: { variants: [{ name: 'A', overrides }] },
    messages: [{ overrides, experiment: { variants: [{ overrides }] } }],
    definitions: [{ overrides }],
    variables: { overrides },
  }
  const text = JSON.stringify(await handed(body))
  expect(text.split('"html":').length - 1).toBe(5)
  expect(await handed({ variables: { overrides } })).toEqual({ variables: { overrides } })
  expect(await handed(null)).toBeNull()
})

test('a route is not called with what cannot be made, and the problem says where', async () => {
  const wrong = { email: { locales: { de: { mjml: page('<mj-none />') } } } }
  await expect(
    handed({ messages: [{}, { experiment: { variants: [{}, { overrides: wrong }] } }] }),
  ).rejects.toMatchObject({
    code: 'invalid_content',
    details: {
      errors: [
        { pointer: '/messages/1/experiment/variants/1/overrides/email/locales/de/mjml', code: 'mjml' },
      ],
    },
  })
})
