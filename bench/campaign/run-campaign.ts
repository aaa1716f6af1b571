import { hundredths } from '../hundredths.ts'
import type { Sink } from '../stage/nginx-sink.ts'
import { costOf } from '../stage/process-cost.ts'
import { sendMessage } from './send-message.ts'
import { setGates } from './set-gates.ts'
import { type CampaignSettings, type CampaignStage, setCampaignStage, warmUpRecipients } from './stage.ts'

export interface CampaignResult {
  recipients: number
  /** User and system time of the server process, all its threads. */
  server_cpu_s: number
  /** Of all processes of PostgreSQL; 0 with the embedded database, which is part of the server. */
  postgres_cpu_s: number
  /** Peak resident memory of the server. */
  rss_mb: number
  /** From the accepted request to the last recorded outcome. */
  wall_s: number
}

/** What a campaign does while it runs, such as sending single messages beside it. */
export type Company = (stage: CampaignStage, isOver: () => boolean) => Promise<void>

/** A personalised message to a segment of the given size, from the API request to the last recorded outcome. */
export async function runCampaign(
  settings: CampaignSettings & { sink: Sink; gates: boolean },
  company?: Company,
): Promise<CampaignResult> {
  const { sink, postgres, recipients, gates } = settings
  await using stage = await setCampaignStage(settings)
  const { api, server } = stage
  const rules = gates ? await setGates(api) : {}
  const warmUp = { appId: stage.warmUpAppId, to: { all: true }, expected: warmUpRecipients }
  await sendMessage(api, { ...warmUp, rules })
  const segment = await api('POST', '/v1/segments', {
    name: 'Gold',
    conditions: [{ number: 1, attribute: 'tier', operator: 'equals', value: 'gold' }],
  })
  const pid = server.process.pid as number
  const read = async () => ({
    server: costOf(pid).cpuSeconds,
    postgres: postgres?.cpuSeconds() ?? 0,
    answered: await sink.answered(),
  })

  let isOver = false
  const before = await read()
  const inCompany = company?.(stage, () => isOver)
  const to = { segment_ids: [segment.id] }
  const message = await sendMessage(api, { appId: stage.appId, to, expected: recipients, rules })
  const after = await read()
  isOver = true
  await inCompany

  if (after.answered - before.answered !== recipients)
    throw new Error(`The sink answered ${after.answered - before.answered} requests, not ${recipients}.`)
  return {
    recipients,
    server_cpu_s: hundredths(after.server - before.server),
    postgres_cpu_s: hundredths(after.postgres - before.postgres),
    rss_mb: costOf(pid).peakMb,
    wall_s: hundredths((Date.parse(message.finished_at ?? '') - Date.parse(message.created_at)) / 1000),
  }
}
