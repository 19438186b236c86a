/** A paper that can be fetched as a file (paper-rows.vue). */
export interface Paper {
  title: string
  words: string
  /** With its ending. */
  file: string
  fetch: () => Promise<string>
}
