import type { Message } from '@carillon/contract'
import type { Wallet, WalletPass } from '@carillon/sandbox'
import { createClock, openStage } from './stage.ts'

/** One red pixel. */
export const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'

export type PassStage = Awaited<ReturnType<typeof openPassStage>>

/** The stage with an app that issues passes, and what can be done with them. */
export async function openPassStage() {
  const clock = createClock()
  const stage = await openStage({ now: clock.now })
  const { api, sandbox, app } = stage
  await api('PUT', `/v1/apps/${app.id}/credentials/wallet`, sandbox.control.accounts().wallet)
  const icon: string = (await api('POST', '/v1/pass-images', { data: png })).id
  let people = 0

  /** A loyalty card whose points are announced when they change. */
  const card = (changes: Record<string, unknown> = {}) => ({
    kind: 'storeCard',
    logo_text: 'Bells',
    background_color: '#1a2b3c',
    images: { icon },
    fields: {
      primary: [
        { key: 'points', label: 'Points', value: '{{ user.points }}', change_message: 'You have %@ points' },
      ],
      back: [{ key: 'holder', label: 'Holder', value: '{{ user.first_name }}' }],
    },
    barcode: { format: 'qr', message: '{{ user.id }}' },
    ...changes,
  })
  const message = (userIds: string[], wallet: Record<string, unknown> = card()) => ({
    channel: 'pass',
    to: { user_ids: userIds },
    content: { title: 'Loyalty card' },
    overrides: { wallet },
  })
  const passOf = async (userId: string) => (await api('GET', `/v1/passes?user_id=${userId}`)).data[0]
  const wallet = (id: string) => sandbox.control.wallets().find((each) => each.id === id) as Wallet

  return {
    ...stage,
    clock,
    icon,
    card,
    message,
    person: async (attributes: Record<string, unknown> = {}): Promise<string> => {
      const email = `p${++people}@example.com`
      const user = await api('POST', '/v1/users', {
        attributes: { email, first_name: 'Ana', points: 5, ...attributes },
      })
      return user.id
    },
    /** Sends these people the pass, and answers the message once it has ended. */
    issue: (userIds: string[], pass?: Record<string, unknown>): Promise<Message> =>
      stage.send(message(userIds, pass)),
    passOf,
    wallet,
    heldIn: (id: string) => wallet(id).passes[0] as WalletPass,
    /** A new virtual iPhone that has this person's pass. */
    walletWith: async (userId: string, scenario: 'ok' | 'unregistered' = 'ok') => {
      const { id } = sandbox.control.createWallet({ name: 'Phone', scenario })
      const pass = await sandbox.control.addPass(id, { url: (await passOf(userId)).url })
      return { wallet: wallet(id), pass }
    },
  }
}
