import type { PassDevice, PassShelf } from '../pass-shelf.ts'

/** A shelf for tests, without a database. `devices` are those that hold a pass, by its serial number. */
export function createMemoryPasses(devices: Record<string, PassDevice[]> = {}) {
  const contents = new Map<string, string>()
  const shelf: PassShelf = {
    update: async (_passTypeId, updates) => {
      for (const { serial, content } of updates) contents.set(serial, content)
      return updates.map(({ serial }) => devices[serial] ?? [])
    },
    forget: async (_passTypeId, dead) => {
      const gone = new Set(dead.map(({ pushToken }) => pushToken))
      for (const [serial, list] of Object.entries(devices))
        devices[serial] = list.filter(({ pushToken }) => !gone.has(pushToken))
    },
  }
  return { ...shelf, contents, devices }
}
