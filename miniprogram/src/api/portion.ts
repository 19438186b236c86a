/** A part of a long list, and where the next part begins; null after the last. */
export interface Portion<T> {
  items: T[]
  next: string | null
}

/** How many rows a list reads at a time. */
export const PORTION = 20

interface Page<D> {
  items: D[]
  next_cursor?: string | null
}

export function toPortion<D, T>(page: Page<D>, map: (dto: D) => T): Portion<T> {
  return { items: page.items.map(map), next: page.next_cursor ?? null }
}
