/**
 * The exponent b of cost = a · size^b: the slope of the straight line through the logarithms, by least squares. 1 is
 * linear. Null with fewer than two sizes.
 */
export function growthExponent(points: readonly { size: number; cost: number }[]): number | null {
  if (new Set(points.map(({ size }) => size)).size < 2) return null
  const logs = points.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }))
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const middle = { x: mean(logs.map(({ x }) => x)), y: mean(logs.map(({ y }) => y)) }
  const rise = logs.reduce((sum, { x, y }) => sum + (x - middle.x) * (y - middle.y), 0)
  const run = logs.reduce((sum, { x }) => sum + (x - middle.x) ** 2, 0)
  return rise / run
}
