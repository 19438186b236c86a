/** The first character of a name, for an avatar; rare characters (𬭎) are two UTF-16 units. */
export function initial(name: string): string {
  return Array.from(name)[0] ?? ''
}
