/** Adds to a map that holds at most `limit` entries; the oldest entry makes room. */
export function putBounded<K, V>(map: Map<K, V>, limit: number, key: K, value: V): void {
  map.set(key, value)
  if (map.size > limit) map.delete(map.keys().next().value as K)
}
