import type { Api } from '../../tools/api.ts'

/** Rules that ask of everybody and stop nobody; answers what the message says for them. */
export async function setGates(api: Api): Promise<object> {
  await api('PUT', '/v1/topics/news', { title: 'News' })
  await api('POST', '/v1/caps', { name: 'Ten a day', limit: 10, window: { kind: 'calendar', unit: 'day' } })
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16)
  await api('PUT', '/v1/settings', {
    time_zone: 'UTC',
    quiet_hours: { enabled: true, start: inHours(6), end: inHours(18) },
  })
  return { topic: 'news', tags: ['promo'] }
}
