import fc from 'fast-check'

/** Bodies that are right, for what decides who is sent to. */
export function ruleExamples(text: fc.Arbitrary<string>, name: fc.Arbitrary<string>) {
  const consentName = fc.constantFrom('news', 'marketing', 'news:email', 'constructor', '__proto__')
  const topic = fc.record(
    {
      title: name,
      description: text.map((words) => words.trim() || null),
      purpose: fc.constantFrom('marketing', 'constructor'),
      model: fc.constantFrom('opt_in', 'opt_out'),
      channels: fc.constantFrom(null, ['push'], ['push', 'push']),
    },
    { requiredKeys: ['title'] },
  )
  const cap = fc.record(
    {
      name,
      limit: fc.constantFrom(1, 1_000),
      window: fc.constantFrom<unknown>(
        { kind: 'rolling', length: 129_600, unit: 'minutes' },
        { kind: 'rolling', length: 91, unit: 'days' },
        { kind: 'calendar', unit: 'month' },
      ),
      scope: fc.constantFrom<unknown>(
        { kind: 'tag', tag: 'constructor' },
        { kind: 'channel', channel: 'sms' },
      ),
      displaces: fc.boolean(),
    },
    { requiredKeys: ['name', 'limit', 'window'] },
  )
  return {
    putTopic: topic,
    createCap: cap,
    patchCap: cap,
    patchPreferences: fc.record({
      consents: fc.dictionary(consentName, fc.constantFrom('granted', 'denied'), { noNullPrototype: true }),
    }),
  }
}
