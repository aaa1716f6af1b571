import fc from 'fast-check'
import type { World } from './hostile-world.ts'

interface Parts {
  content: fc.Arbitrary<unknown>
  text: fc.Arbitrary<string>
  markups: readonly string[]
}

/** Messages by email that are right, or nearly. */
export function emailsFor(
  own: World['own'],
  { content, text, markups: given }: Parts,
): fc.Arbitrary<Record<string, unknown>> {
  const markup = fc.oneof(fc.constantFrom(...given, ...markups), text)
  return fc.record({
    app_id: fc.constant(own.app),
    channel: fc.constant('email'),
    to: fc.constantFrom<unknown>(
      { all: true },
      { user_ids: [own.user] },
      { addresses: ['a@example.com', 'none'] },
    ),
    content,
    overrides: fc.record({
      email: fc.record(
        {
          subject: text,
          html: markup,
          mjml: markup,
          headers: fc.constantFrom({ 'X-A': 'b' }, { 'X-A': '{{ user.email }}' }, { Bcc: 'x' }),
          locales: fc.dictionary(
            fc.constantFrom('de', 'constructor'),
            fc.record({ html: markup, mjml: markup }),
          ),
          attachments: fc.constantFrom(
            [],
            [{ filename: 'a.txt', content_type: 'text/plain', content: 'YQ==' }],
          ),
        },
        { requiredKeys: [] },
      ),
    }),
  })
}

const markups = [
  '<mjml><mj-body><mj-section><mj-column><mj-text>{{ user.email }}</mj-text></mj-column></mj-section></mj-body></mjml>',
  '<mjml><mj-body><mj-include path="/etc/passwd" /></mj-body></mjml>',
  '<mjml>',
  '<a href="{{ unsubscribe_url }}">{{ user.first_name | escape | raw }}</a>',
  '{% for i in (1..100000) %}<br>{% endfor %}',
]
