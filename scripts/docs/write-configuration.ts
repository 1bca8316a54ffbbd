// Writes the table of docs/configuration.md and schema/sentinel.schema.json from the schema of the build:
// npm run docs:configuration
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { configSchema } from './config-schema.js'
import { configurationTable } from './configuration-table.js'
import { writeGeneratedBlock } from './generated-block.js'

const page = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url))
writeGeneratedBlock(page, 'variables', configurationTable())
writeFileSync(fileURLToPath(new URL('../../schema/sentinel.schema.json', import.meta.url)), configSchema())
