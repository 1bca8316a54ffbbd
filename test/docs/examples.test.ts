import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, run } from '../package/tarball.js'
import { readmeSection } from '../runtimes/readme-section.js'

/** Runs the JavaScript of a section of the README, and a line behind it; gives what is printed. */
async function runExample(section: string, line: string): Promise<string> {
  const { js } = await readmeSection(join(root, 'README.md'), section)
  const command = ['--input-type=module', '--eval', `${js}\n${line}`]
  // Within the package's own folder its name leads to what npm would publish.
  const { stdout } = await run(process.execPath, command, { cwd: root })
  return stdout.trim()
}

test('the README’s example of the library runs', async () => {
  const row = '[5230, 120, 3]'
  const line = `console.log(forest.isAnomaly(${row}), same.score(${row}) === forest.score(${row}))`
  expect(await runExample('The forest as a library', line)).toBe('true true')
})

test('the README’s example of a sentinel in a Node program runs', async () => {
  expect(await runExample('In a Node program', 'console.log(verdict.anomalous, anomaly)')).toBe('false null')
})
