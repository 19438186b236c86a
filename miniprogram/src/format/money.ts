/** Amounts are whole 分 on the wire and 元 with two decimals for people. */

export function yuan(cents: number): string {
  return (cents / 100).toFixed(2)
}

/** What someone typed as 元, in 分; null where it is no amount. */
export function cents(typed: string): number | null {
  const text = typed.trim()
  if (!/^\d{1,6}(\.\d{1,2})?$/.test(text)) return null
  return Math.round(Number(text) * 100)
}
