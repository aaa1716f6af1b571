/** As exact as these measurements are. */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100
}
