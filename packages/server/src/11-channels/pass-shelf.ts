/** A phone or watch that has a pass in its Wallet. */
export interface PassDevice {
  /** APNs token, hexadecimal. */
  pushToken: string
}

/**
 * Where passes are kept, for the one channel whose address is no device: what is sent is stored, and the devices that
 * hold the pass are told to fetch it.
 */
export interface PassShelf {
  /**
   * Stores new versions, by delivery: the same one again changes nothing. Gives the devices of each pass, in the order
   * of the updates.
   */
  update(
    passTypeId: string,
    updates: readonly { serial: string; deliveryId: string; content: string }[],
  ): Promise<PassDevice[][]>
  /** Unregisters devices whose push token is dead, unless they registered at or after `beforeMs`. */
  forget(passTypeId: string, dead: readonly (PassDevice & { beforeMs: number })[]): Promise<void>
}
