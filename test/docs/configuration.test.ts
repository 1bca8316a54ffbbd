import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Environment } from '#sentinel/config/schema.js'
import { configSchema } from '../../scripts/docs/config-schema.js'
import { configurationTable } from '../../scripts/docs/configuration-table.js'
import { generatedBlock } from '../../scripts/docs/generated-block.js'
import { root } from './markdown.js'

test('docs/configuration.md shows the variables as the schema has them (npm run docs:configuration)', () => {
  expect(generatedBlock(join(root, 'docs/configuration.md'), 'variables')).toBe(configurationTable())
})

test('schema/sentinel.schema.json is the schema of the configuration file (npm run docs:configuration)', () => {
  expect(readFileSync(join(root, 'schema/sentinel.schema.json'), 'utf8')).toBe(configSchema())
})

test('.env.example names every variable, once, and no other', () => {
  const example = readFileSync(join(root, '.env.example'), 'utf8')
  const named = [...example.matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name)
  expect(named.toSorted()).toEqual(Object.keys(Environment.properties).toSorted())
})
