/** Width and height of a picture made to fit into a square, or null where it fits as it is. */
export function scaled(width: number, height: number, edge: number): { width: number; height: number } | null {
  const longest = Math.max(width, height)
  if (!(longest > edge)) return null
  return {
    width: Math.max(1, Math.round((width * edge) / longest)),
    height: Math.max(1, Math.round((height * edge) / longest)),
  }
}
