// Writes the table of docs/configuration.md from the schema of the build: npm run docs:configuration
import { fileURLToPath } from 'node:url'
import { configurationTable } from './configuration-table.js'
import { writeGeneratedBlock } from './generated-block.js'

const page = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url))
writeGeneratedBlock(page, 'variables', configurationTable())
