// Write what the app takes from the server: src/api/schema.ts from the OpenAPI document, the words of check-in's answers from
// their catalogue; with --check only say whether both are current.
//   npm run types        npm run types -- --check
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTypescript from 'openapi-typescript'

const root = fileURLToPath(new URL('../../', import.meta.url))

const printed = execFileSync(`${root}.venv/bin/python`, ['-m', 'scripts.api_document'], {
  cwd: root,
  maxBuffer: 64 * 1024 * 1024,
})
const document = JSON.parse(printed.toString())
// Every refusal has the one shape of ErrorOut: repeated per route it would be four fifths of the file.
for (const operation of Object.values(document.paths).flatMap((path) => Object.values(path))) {
  for (const status of Object.keys(operation.responses)) if (Number(status) >= 400) delete operation.responses[status]
}
const types = await openapiTypescript(document, { alphabetize: true })

const { answers, states, by_hand } = JSON.parse(
  readFileSync(`${root}server/meetings/check_in/data/answers.json`, 'utf-8'),
)
const words = Object.entries({ ANSWERS: answers, STATES: states, BY_HAND: by_hand })
  .map(([name, value]) => `export const ${name} = ${JSON.stringify(value, null, 2)} as const\n`)
  .join('\n')

const made = {
  'api/schema.ts': types,
  'pages/check-in/words.ts': `// Made from server/meetings/check_in/data/answers.json: make types\n\n${words}`,
}
for (const [name, text] of Object.entries(made)) {
  const target = `${root}miniprogram/src/${name}`
  if (!process.argv.includes('--check')) {
    writeFileSync(target, text)
  } else if (readFileSync(target, 'utf-8') !== text) {
    console.error(`src/${name} is not what the server says: run \`make types\``)
    process.exitCode = 1
  }
}
