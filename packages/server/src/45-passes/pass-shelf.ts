import { sql } from 'kysely'
import type { Db } from '../00-kernel/index.ts'
import type { PassDevice, PassShelf } from '../11-channels/index.ts'
import { lockTags } from './store.ts'

/** A delivery is tried again for a few days at most, and few passes change more often than that. */
const keptDeliveries = 20

/** Keeps passes and their devices in the database. */
export function createPassShelf(db: Db, now: () => Date): PassShelf {
  return {
    update: async (passTypeId, updates) => {
      const serials = updates.map(({ serial }) => serial)
      await db.transaction().execute(async (tx) => {
        await lockTags(tx, passTypeId)
        await sql`
          update passes p set pass_type_id = ${passTypeId}, content = u.content::jsonb,
            delivery_ids = (u.delivery_id || p.delivery_ids)[1:${keptDeliveries}::int],
            tag = nextval('pass_tags'),
            changed_at = greatest(date_trunc('second', ${now()}::timestamptz), p.changed_at + interval '1 second')
          from unnest(${serials}::text[], ${updates.map((u) => u.content)}::text[],
            ${updates.map((u) => u.deliveryId)}::uuid[]) as u (serial, content, delivery_id)
          where p.serial = u.serial and u.delivery_id <> all(p.delivery_ids)`.execute(tx)
      })
      const { rows } = await sql<{ serial: string; push_token: string }>`
        select p.serial, r.push_token from passes p join pass_registrations r on r.subscription_id = p.subscription_id
        where p.serial = any(${serials}::text[]) and r.pass_type_id = ${passTypeId} order by r.device_id`.execute(
        db,
      )
      const devices = new Map<string, PassDevice[]>(serials.map((serial) => [serial, []]))
      for (const { serial, push_token: pushToken } of rows) devices.get(serial)?.push({ pushToken })
      return serials.map((serial) => devices.get(serial) ?? [])
    },
    forget: async (passTypeId, dead) => {
      if (dead.length === 0) return
      await sql`
        delete from pass_registrations r
        using unnest(${dead.map((d) => d.pushToken)}::text[], ${dead.map((d) => new Date(d.beforeMs))}::timestamptz[])
          as d (push_token, before)
        where r.pass_type_id = ${passTypeId} and r.push_token = d.push_token and r.registered_at < d.before`.execute(
        db,
      )
    },
  }
}
