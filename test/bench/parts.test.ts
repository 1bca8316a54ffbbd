import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = mkdtempSync(join(tmpdir(), 'sentinel-bench-'))
const run = promisify(execFile)

/** What this test reads of a part's entry in the results. */
interface Entry {
  readonly goals: readonly { readonly question: string; readonly wanted: string }[]
  readonly figures: unknown
}

/** Runs one part as `npm run bench -- part --quick` does, and gives its table and its entry in the results. */
async function bench(part: string): Promise<{ table: string; entry: Entry }> {
  const folder = join(out, part)
  const command = ['--import', 'tsx', 'bench/run.ts', part, '--quick', '--out', folder]
  // Other tests run beside it and keep the service from its turn: that is no load to be shed.
  const env = { ...process.env, SENTINEL_MAX_DELAY_MS: '0' }
  const { stdout } = await run(process.execPath, command, { cwd: root, env })
  const date = /\d{4}-\d{2}-\d{2}/.exec(stdout)?.[0]
  const results = JSON.parse(readFileSync(join(folder, `${date}.json`), 'utf8')) as {
    parts: Record<string, Entry>
  }
  const entry = results.parts[part]
  if (entry === undefined) throw new Error(`the results have no part ${part}`)
  return { table: stdout, entry }
}

/** Everything that a part measured, as paths of finite numbers or of what is none. */
function badNumbers(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, each]) => badNumbers(each, `${path}/${key}`))
}

describe('each part of the benchmark works in its short form', () => {
  afterAll(() => rmSync(out, { recursive: true }))

  it.each([
    ['http', 4],
    ['in-process', 12],
    ['stall', 5],
    ['footprint', 5],
    ['dashboard', 4],
    ['forest', 11],
    ['alert-cost', 1],
  ])(
    '%s measures, and reports on every goal',
    async (part, goals) => {
      const { table, entry } = await bench(part)
      expect(entry.goals).toHaveLength(goals)
      for (const { question, wanted } of entry.goals) {
        expect(table).toContain(question)
        expect(table).toContain(wanted)
      }
      expect(badNumbers(entry.figures)).toEqual([])
      if (part === 'forest' || part === 'http') {
        for (const theme of ['light', 'dark']) {
          expect(readFileSync(join(out, part, `benchmarks-${theme}.svg`), 'utf8')).toMatch(
            /^<svg [\s\S]*<\/svg>\n$/,
          )
        }
      }
    },
    // Some start half a dozen processes.
    180_000,
  )

  it('peers says what it compared with, or why it could not', async () => {
    const { table } = await bench('peers')
    for (const peer of ['scikit_learn', 'isotree'])
      expect(table).toMatch(new RegExp(`${peer}( \\d|: skipped, )`))
  }, 60_000)

  it('accuracy gives its figures beside scikit-learn’s, or says that the data is missing', async () => {
    const { table } = await bench('accuracy')
    expect(table).toMatch(/breastw|adbench skipped/)
    expect(table).toMatch(/TravelTime|streams skipped/)
  }, 60_000)
})

describe('the command', () => {
  it('refuses a part that does not exist', async () => {
    const command = ['--import', 'tsx', 'bench/run.ts', 'nothing']
    await expect(run(process.execPath, command, { cwd: root })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no part nothing; there are http, in-process, stall'),
    })
  })
})
