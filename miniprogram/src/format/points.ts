/** Points come as strings with two decimals; they are added as whole hundredths, never as floats. */

export function hundredths(points: string): number {
  return Math.round(Number(points) * 100)
}

export function sum(points: string[]): string {
  return fixed(points.reduce((total, each) => total + hundredths(each), 0))
}

export function fixed(hundredthsOfPoints: number): string {
  return (hundredthsOfPoints / 100).toFixed(2)
}

/** `+1.00`, `−3.00` (a true minus), `0.00`. */
export function signed(points: string): string {
  const value = hundredths(points)
  if (value === 0) return '0.00'
  return value < 0 ? `−${fixed(-value)}` : `+${fixed(value)}`
}

/** A cap without needless decimals: `70`, `2.5`. */
export function cap(points: string): string {
  return String(Number(points))
}

/** What part of `whole` this is, in per cent, between 0 and 100. */
export function percent(part: string, whole: string): number {
  const all = hundredths(whole)
  return all > 0 ? Math.min(100, Math.max(0, (hundredths(part) / all) * 100)) : 0
}
