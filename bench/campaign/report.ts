import { markdownTable } from '../markdown-table.ts'
import type { CampaignsResult } from './index.ts'
import type { Latency, SingleSends } from './single-sends.ts'

export function reportCampaigns({ campaigns, growth_exponent, single_sends }: CampaignsResult): string {
  const head = [
    'recipients',
    'server CPU s',
    'PostgreSQL CPU s',
    'CPU s per million',
    'peak MB',
    'wall s',
    'per second',
  ]
  const rows = campaigns.map((each) => [
    each.recipients,
    each.server_cpu_s,
    each.postgres_cpu_s,
    Math.round(((each.server_cpu_s + each.postgres_cpu_s) * 1e6) / each.recipients),
    each.rss_mb,
    each.wall_s,
    Math.round(each.recipients / each.wall_s),
  ])
  return [
    markdownTable(head, rows),
    ...(growth_exponent === null
      ? []
      : ['', `CPU grows with recipients to the power of ${growth_exponent.toFixed(2)}.`]),
    ...(single_sends ? ['', reportSingle(single_sends)] : []),
  ].join('\n')
}

function reportSingle({ sends, accepted_to_arrival_ms, requested_to_arrival_ms }: SingleSends): string {
  const row = (from: string, { p50, p99, most }: Latency) => [from, p50, p99, most]
  const head = [`${sends} single messages meanwhile`, 'p50 ms', 'p99 ms', 'longest ms']
  return markdownTable(head, [
    row('from the answer 202 to the provider', accepted_to_arrival_ms),
    row('from the request to the provider', requested_to_arrival_ms),
  ])
}
