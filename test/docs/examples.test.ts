import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, run } from '../package/tarball.js'
import { readmeSection } from '../runtimes/readme-section.js'

/** Runs the JavaScript of a section of a page, and a line behind it; gives what is printed. */
async function runExample(page: string, section: string, line: string): Promise<string> {
  const { js } = await readmeSection(join(root, page), section)
  const command = ['--input-type=module', '--eval', `${js}\n${line}`]
  // Within the package's own folder its name leads to what npm would publish.
  const { stdout } = await run(process.execPath, command, { cwd: root })
  return stdout.trim()
}

test('the README’s example of the library runs', async () => {
  const row = '[5230, 120, 3]'
  const line = `console.log(forest.isAnomaly(${row}), same.score(${row}) === forest.score(${row}))`
  expect(await runExample('README.md', 'The forest as a library', line)).toBe('true true')
})

test('the example of a sentinel without HTTP runs', async () => {
  const line = 'console.log(judgement.anomaly, typeof kept.detector, sentinel.judge({}))'
  expect(await runExample('docs/adapters.md', 'The sentinel alone', line)).toBe('null object null')
})
