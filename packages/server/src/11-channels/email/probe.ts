import { randomUUID } from 'node:crypto'
import type { EmailCredential, ProbeStage } from '@carillon/contract'
import type { Address, LaneOptions, Verdict, VerdictClass, WirePayload } from '../channel.ts'
import { hostRefusedCode, isUnencrypted, type SmtpFailure, verdictOfFailure } from './outcome.ts'
import { buildEmailPayload } from './payload.ts'
import { openEmailLane } from './send.ts'
import { openTransport } from './transport.ts'

/** Connects, secures the connection, signs in; with an address it sends a test email there. */
export async function probeEmail(
  credential: EmailCredential,
  options: LaneOptions,
  address?: Address,
): Promise<ProbeStage[]> {
  const stages = await signIn(credential, options)
  if (!address || stages.some(({ ok }) => !ok)) return stages
  await using lane = openEmailLane(credential, options)
  const wire = buildEmailPayload(
    { title: 'Test', body: 'Email works.', buttons: [], data: {}, silent: false },
    { deliveryId: randomUUID(), ttlSeconds: 300, expiresAtSeconds: 0, priority: 'high' },
  ) as WirePayload
  const [verdict] = await lane.send([{ deliveryId: randomUUID(), address, wire }])
  return [...stages, sendStage(verdict as Verdict)]
}

async function signIn(credential: EmailCredential, options: LaneOptions): Promise<ProbeStage[]> {
  const { host, port, security, user } = credential
  const names = [
    'connection',
    ...(security === 'none' ? [] : ['encryption']),
    ...(user ? ['authentication'] : []),
  ]
  const transport = await openTransport(credential, options)
  const failure = await transport.verify().then(
    () => null,
    (error: SmtpFailure) => error,
  )
  transport.close()
  const broken = failure && stageOf(failure)
  const good: Record<string, string> = {
    connection: `${host}:${port} answers as a mail server.`,
    encryption: `The connection is encrypted, and the certificate is one of ${host}.`,
    authentication: `${user} may send.`,
  }
  const passed = broken ? names.slice(0, Math.max(0, names.indexOf(broken))) : names
  return [
    ...passed.map((stage) => ({ stage, ok: true, detail: good[stage] ?? stage })),
    ...(failure ? [refusedStage(broken ?? 'connection', failure)] : []),
  ]
}

function stageOf(failure: SmtpFailure): string {
  const { code, command } = failure
  if (code === 'EAUTH' || command?.startsWith('AUTH')) return 'authentication'
  return isUnencrypted(failure) || command === 'STARTTLS' ? 'encryption' : 'connection'
}

function refusedStage(stage: string, failure: SmtpFailure): ProbeStage {
  const { status, code, detail } = verdictOfFailure(failure)
  const said = [status, code, detail].filter((word) => word !== null && word !== undefined).join(' ')
  if (failure.code === hostRefusedCode) {
    return {
      stage,
      ok: false,
      detail: said,
      hint: 'The server stands in a private network; see ALLOW_PRIVATE_TARGETS.',
    }
  }
  return { stage, ok: false, detail: said, hint: stageHints[stage] }
}

const stageHints: Record<string, string> = {
  connection: 'Check host and port: 587 goes with starttls, 465 with tls.',
  encryption:
    'The server offers no encryption, or a certificate that is not of this host; see NODE_EXTRA_CA_CERTS.',
  authentication: 'Check user and password; many services want a password made for programs.',
}

function sendStage({ class: verdictClass, status, code, detail, providerId }: Verdict): ProbeStage {
  if (verdictClass === 'accepted') {
    return { stage: 'send', ok: true, detail: `The mail server took the email (${providerId}).` }
  }
  const said = [status, code, detail].filter((word) => word !== null && word !== undefined).join(' ')
  return { stage: 'send', ok: false, detail: said, hint: sendHints[verdictClass] }
}

const sendHints: Partial<Record<VerdictClass, string>> = {
  token_dead: 'There is no such address.',
  auth_broken: 'The server does not let this sender send; check the sender address.',
  message_bad: 'The server refused the email itself; its words are in the detail.',
  retry: 'The server did not take it now, and may later.',
}
