import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Results } from '../../bench/goal.js'
import { costTable, fillsPages, goalTable } from '../../bench/readme-section.js'
import { generatedBlock } from '../../scripts/docs/generated-block.js'
import { root } from '../docs/markdown.js'

/** The newest results that have every part that the pages show. */
function newest(): Results {
  const folder = join(root, 'bench/results')
  const all = readdirSync(folder).sort().reverse()
  const results = all.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Results)
  return results.find(fillsPages) as Results
}

test('the README shows the costs of the newest results (npm run bench)', () => {
  expect(generatedBlock(join(root, 'README.md'), 'costs')).toBe(costTable(newest()))
})

test('bench/README.md shows the goals of the newest results, met or not', () => {
  expect(generatedBlock(join(root, 'bench/README.md'), 'goals')).toBe(goalTable(newest()))
})
