// What the oldest phones we serve (Chrome 78, iOS 13) can read: docs/adr/0028-the-oldest-phones.md.
//   node scripts/oldest.mjs <file.js>…      name what is too new for them
import { readFileSync } from 'node:fs'
import { argv, exit } from 'node:process'
import { pathToFileURL } from 'node:url'

import { parse } from 'acorn'
import { full } from 'acorn-walk'
import postcss from 'postcss'

const TOO_NEW = {
  ChainExpression: () => '?.',
  LogicalExpression: ({ operator }) => operator === '??' && operator,
  AssignmentExpression: ({ operator }) => ['??=', '||=', '&&='].includes(operator) && operator,
  ExportAllDeclaration: ({ exported }) => exported && 'export * as',
  Literal: ({ regex, bigint }) => (bigint && 'BigInt') || (regex && /\(\?<[=!]/.test(regex.pattern) && 'lookbehind'),
}

/** The syntax in a module that they cannot read, each with its place; one such place, and nothing of the file runs. */
export function tooNew(code) {
  const found = []
  try {
    full(parse(code, { ecmaVersion: 2021, sourceType: 'module' }), (node) => {
      const what = TOO_NEW[node.type]?.(node)
      if (what) found.push(`${what} at ${node.start}: ${code.slice(node.start, node.start + 40)}`)
    })
  } catch (error) {
    found.push(error.message)
  }
  return found
}

/** Styles with what they need beside: margins for gaps between flex items, and one value for max() and min(). */
export function withOlderStyles(css) {
  const root = postcss.parse(css)
  root.walkRules((rule) => {
    if (rule.selector.includes('::')) return
    const gap = instead(rule, gapless(rule), '(inset: 0)')
    instead(rule, limitless(rule), '(width: max(1px, 2px))')
    if (gap) gap.first.before(rule.clone({ nodes: [postcss.decl({ prop: 'gap', value: '0' })] }))
  })
  return root.toString()
}

/** Put rules before another, for who does not support a feature of about the same age: what follows may override
 * them. */
function instead(rule, made, feature) {
  if (!made) return null
  const supports = postcss.atRule({ name: 'supports', params: `not ${feature}`, nodes: [made] })
  if (made.selector === rule.selector) rule.after(supports)
  else rule.before(supports)
  return supports
}

function gapless(rule) {
  const said = Object.fromEntries(
    rule.nodes.filter(({ type }) => type === 'decl').map(({ prop, value }) => [prop, value]),
  )
  if (!said.gap || (said.display ?? '').includes('grid')) return null
  const [row, column = row] = parts(said.gap, ' ')
  const wraps = (said['flex-wrap'] ?? '').startsWith('wrap')
  const margin = wraps
    ? ['margin', `0 ${column} ${row} 0`]
    : said['flex-direction'] === 'column'
      ? ['margin-top', row]
      : ['margin-left', column]
  const selector = rule.selectors.map((each) => `${each}>${wraps ? '*' : '*+*'}`).join(',')
  return postcss.rule({ selector, nodes: [postcss.decl({ prop: margin[0], value: margin[1] })] })
}

function limitless(rule) {
  const nodes = rule.nodes.filter(
    ({ type, value }) => type === 'decl' && /\b(max|min)\(/.test(value) && !/minmax\(/.test(value),
  )
  const plain = nodes.map(({ prop, value }) => postcss.decl({ prop, value: withoutLimits(value) }))
  return plain.length ? postcss.rule({ selector: rule.selector, nodes: plain }) : null
}

/** A value with each max(a, b) replaced by its last part that is no env(). */
function withoutLimits(value) {
  const start = /\b(max|min)\(/.exec(value)
  if (!start) return value
  let end = start.index + start[0].length
  for (let depth = 1; depth; end += 1) depth += { '(': 1, ')': -1 }[value[end]] ?? 0
  const chosen = parts(value.slice(start.index + start[0].length, end - 1), ',')
    .filter((part) => !part.includes('env('))
    .pop()
  return withoutLimits(value.slice(0, start.index) + chosen + value.slice(end))
}

/** The parts of a value, cut outside parentheses. */
function parts(value, by) {
  const found = ['']
  let depth = 0
  for (const letter of value) {
    depth += { '(': 1, ')': -1 }[letter] ?? 0
    if (letter === by && !depth) found.push('')
    else found[found.length - 1] += letter
  }
  return found.map((part) => part.trim()).filter(Boolean)
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  const found = argv.slice(2).flatMap((path) => tooNew(readFileSync(path, 'utf-8')).map((what) => `${path}: ${what}`))
  found.forEach((what) => console.error(what))
  exit(found.length ? 1 : 0)
}
