/** WeChat says `accept`, and `acceptWithAudio`, `acceptWithAlert`, `acceptWithForcePush` where a person also chose
 * how to be told. */
export function accepted(templateIds: string[], answer: object): string[] {
  const answers = answer as Record<string, unknown>
  return templateIds.filter((id) => /^accept/i.test(String(answers[id])))
}
