import type { Content, Overrides, ProblemPlace } from '@carillon/contract'
import type { Db, Tx } from '../00-kernel/index.ts'
import { findImages } from './store.ts'

/** What keeps this content from becoming a pass for anybody: no pass in it, no icon, no such image. */
export async function checkPass(
  db: Db | Tx,
  workspaceId: string,
  content: Content,
  { wallet }: Overrides,
): Promise<ProblemPlace[]> {
  if (!wallet || wallet.enabled === false) {
    const detail = 'A message of the channel pass needs a pass: overrides.wallet.'
    return [{ pointer: '/overrides/wallet', code: 'required', detail }]
  }
  const problems: ProblemPlace[] = []
  const require = (isThere: boolean, name: string, detail: string) => {
    if (!isThere) problems.push({ pointer: `/overrides/wallet/${name}`, code: 'required', detail })
  }
  require(wallet.images?.icon !== undefined, 'images/icon', 'Wallet shows no pass without an icon.')
  require(Boolean(
    wallet.description ?? anyTitle(content),
  ), 'description', 'Give a description, or the content a title.')
  require(wallet.kind !== 'boardingPass' ||
    wallet.transit_type !== undefined, 'transit_type', 'A boarding pass needs it.')
  const named = Object.entries(wallet.images ?? {})
  const known = new Set(
    (await findImages(db, workspaceId, [...new Set(named.map(([, id]) => id))])).map(({ id }) => id),
  )
  for (const [name, id] of named) {
    if (known.has(id.toLowerCase())) continue
    const pointer = `/overrides/wallet/images/${name}`
    problems.push({
      pointer,
      code: 'unknown_id',
      detail: 'There is no such image; POST /v1/pass-images first.',
    })
  }
  return problems
}

function anyTitle({ title, locales }: Content): string | undefined {
  return title ?? Object.values(locales ?? {}).find((texts) => texts.title)?.title
}
