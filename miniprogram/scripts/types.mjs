// Write src/api/schema.ts from the server's OpenAPI document; with --check only say whether it is current.
//   npm run types        npm run types -- --check
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTypescript from 'openapi-typescript'

const root = fileURLToPath(new URL('../../', import.meta.url))
const target = fileURLToPath(new URL('../src/api/schema.ts', import.meta.url))

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

if (!process.argv.includes('--check')) {
  writeFileSync(target, types)
} else if (readFileSync(target, 'utf-8') !== types) {
  console.error('src/api/schema.ts is not what the OpenAPI document says: run `make types`')
  process.exit(1)
}
