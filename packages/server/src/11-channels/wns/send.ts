import type { WnsCredential } from '@carillon/contract'
import type { Sender } from '@carillon/http2-sender'
import {
  createTargetPool,
  isExplicitlyAllowed,
  perOrigin,
  targetRefusedCode,
} from '../../00-kernel/safe-target.ts'
import type { Lane, LaneOptions, Parcel, SendOptions, Verdict } from '../channel.ts'
import { openSender } from '../open-sender.ts'
import type { TokenRefusal } from '../provider-token.ts'
import { verdictOf } from './outcome.ts'
import { openEntraToken } from './token.ts'

/** Channel hosts are Microsoft's regional servers, a few dozen at most. */
const maxOrigins = 32

/** Sends with the access token of one app registration. The token goes to no host but WNS's. */
export function openWnsLane(credential: WnsCredential, options: LaneOptions): Lane {
  const { safeLookup } = options
  const accessToken = openEntraToken(credential, options)
  const pool = createTargetPool({
    safeLookup,
    maxOrigins,
    open: (origin, lookup): Sender =>
      openSender(options, { origin, lookup, protocols: ['http/1.1'], maxConnections: 20 }),
  })

  async function sendAll(letters: readonly Letter[], how?: SendOptions): Promise<Verdict[]> {
    const token = await accessToken.get()
    if (typeof token !== 'string') return letters.map(() => verdictOfRefusal(token))
    const verdicts = await perOrigin(letters, (group) => sendGroup(group, token, how))
    const stale = letters.filter((_, i) => verdicts[i]?.class === 'auth_refresh')
    if (stale.length === 0) return verdicts
    const second = (await sendAgain(stale, token, how)).values()
    return verdicts.map((verdict) =>
      verdict.class === 'auth_refresh' ? (second.next().value as Verdict) : verdict,
    )
  }

  /** Once more with another token. A token that is refused although it is new will not become good. */
  async function sendAgain(
    letters: readonly Letter[],
    rejected: string,
    how?: SendOptions,
  ): Promise<Verdict[]> {
    const token = await accessToken.renew(rejected)
    if (typeof token !== 'string') return letters.map(() => verdictOfRefusal(token))
    const verdicts = await perOrigin(letters, (group) => sendGroup(group, token, how))
    return verdicts.map((verdict) =>
      verdict.class === 'auth_refresh' ? { ...verdict, class: 'auth_broken' } : verdict,
    )
  }

  async function sendGroup(letters: readonly Letter[], token: string, how?: SendOptions): Promise<Verdict[]> {
    const { url } = letters[0] as Letter
    const isAllowed = isWnsHost(url) || isExplicitlyAllowed(safeLookup, url)
    if (url.protocol !== 'https:' || !isAllowed) {
      return letters.map(() => refused('A WNS channel is an https address under notify.windows.com.'))
    }
    const authorization = `Bearer ${token}`
    const answers = await pool.use(url, (sender) =>
      sender.send(
        letters.map((letter) => requestOf(letter, authorization)),
        how,
      ),
    )
    if ('refused' in answers) return letters.map(() => refused(answers.refused))
    return answers.map((answer) => verdictOf(answer, options.now()))
  }

  return {
    send: (parcels, how) => sendAll(parcels.map(letterOf), how),
    async [Symbol.asyncDispose]() {
      await Promise.all([accessToken[Symbol.asyncDispose](), pool[Symbol.asyncDispose]()])
    },
  }
}

interface Letter {
  parcel: Parcel
  url: URL
}

const nowhere = new URL('about:blank')

function letterOf(parcel: Parcel): Letter {
  return { parcel, url: URL.parse(parcel.address.token) ?? nowhere }
}

/** Microsoft's own hosts, with the leading dot: `evilnotify.windows.com` is somebody else's. */
function isWnsHost({ hostname }: URL): boolean {
  return hostname.endsWith('.notify.windows.com')
}

function requestOf({ parcel, url }: Letter, authorization: string) {
  return {
    path: url.pathname + url.search,
    headers: { ...parcel.wire.headers, authorization },
    body: parcel.wire.body,
  }
}

function refused(detail: string): Verdict {
  return { class: 'target_refused', status: null, code: targetRefusedCode, detail }
}

function verdictOfRefusal({ refused, ...rest }: TokenRefusal): Verdict {
  return { class: refused, ...rest }
}
