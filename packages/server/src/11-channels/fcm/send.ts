import type { Answer } from '@carillon/http2-sender'
import type { Lane, LaneOptions, Parcel, SendOptions, Verdict } from '../channel.ts'
import type { TokenRefusal } from '../provider-token.ts'
import { openFcmClient } from './client.ts'
import type { FcmCredential } from './credential.ts'
import { type FcmJudgement, judgeFcm } from './outcome.ts'

/** Sends to one Firebase project with the access token of its service account. */
export function openFcmLane(credential: FcmCredential, options: LaneOptions): Lane {
  const client = openFcmClient(credential, options)
  let projectIsProven = false

  async function send(parcels: readonly Parcel[], how?: SendOptions): Promise<Verdict[]> {
    const accessToken = await client.token.get()
    if (typeof accessToken !== 'string') return parcels.map(() => refusalVerdict(accessToken))
    const judgements = await deliver(parcels, accessToken, how)
    const verdicts = judgements.map(({ verdict }) => verdict)
    await tryAgain(parcels, { judgements, verdicts, accessToken, how })
    return verdicts
  }

  async function deliver(
    parcels: readonly Parcel[],
    accessToken: string,
    how?: SendOptions,
  ): Promise<FcmJudgement[]> {
    const answers = await client.post(parcels.map(messageFor), accessToken, how)
    projectIsProven ||= answers.some((answer) => 'status' in answer && answer.status === 200)
    const nowMs = options.now()
    return parcels.map(({ address }, i) =>
      judgeFcm(answers[i] as Answer, { target: address.target ?? 'token', projectIsProven, nowMs }),
    )
  }

  /** Once more for what another token, or a second try, may change. The second verdict holds. */
  async function tryAgain(parcels: readonly Parcel[], first: FirstRound): Promise<void> {
    const { judgements, verdicts } = first
    const places = judgements.flatMap(({ again }, place) => (again === undefined ? [] : [place]))
    if (places.length === 0) return
    const isStale = judgements.some(({ again }) => again === 'with_new_token')
    const accessToken = isStale ? await client.token.renew(first.accessToken) : first.accessToken
    const second =
      typeof accessToken === 'string'
        ? await deliver(
            places.map((place) => parcels[place] as Parcel),
            accessToken,
            first.how,
          )
        : places.map(() => ({ verdict: notRenewed(accessToken) }))
    places.forEach((place, i) => {
      verdicts[place] = (second[i] as FcmJudgement).verdict
    })
  }

  return { send, isOneService: true, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() }
}

interface FirstRound {
  judgements: readonly FcmJudgement[]
  verdicts: Verdict[]
  accessToken: string
  how: SendOptions | undefined
}

/** The built message with its target put in front; it is never empty, for it carries the delivery id. */
export function messageFor({ address, wire }: Pick<Parcel, 'address' | 'wire'>): string {
  return `{"message":{"${address.target ?? 'token'}":${JSON.stringify(address.token)},${wire.body.slice(1)}}`
}

function refusalVerdict({ refused, ...said }: TokenRefusal): Verdict {
  return { class: refused, ...said }
}

/** The message itself was refused for its token already, so "again soon" is all that trouble at Google changes. */
function notRenewed({ refused, ...said }: TokenRefusal): Verdict {
  return { class: refused === 'retry' ? 'auth_refresh' : 'auth_broken', ...said }
}
