import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const out = mkdtempSync(join(tmpdir(), 'sentinel-bench-'))
afterAll(() => rmSync(out, { recursive: true }))
const run = promisify(execFile)

/** What this test reads of a part's entry in the results. */
interface Entry {
  readonly goals: readonly { readonly question: string; readonly wanted: string }[]
  readonly figures: unknown
}

/** What a run leaves: tables by part on the standard output, entries by part in the results. */
interface Run {
  readonly folder: string
  readonly tables: Readonly<Record<string, string>>
  readonly entries: Readonly<Record<string, Entry>>
}

/** Runs parts one after the other in one process, as `npm run bench -- <part>… --quick` does. */
async function bench(parts: readonly string[]): Promise<Run> {
  const folder = join(out, parts.join('-'))
  const command = ['--import', 'tsx', 'bench/run.ts', ...parts, '--quick', '--out', folder]
  // Other tests run beside it and keep the service from its turn: that is no load to be shed.
  const env = { ...process.env, SENTINEL_MAX_DELAY_MS: '0' }
  const { stdout } = await run(process.execPath, command, { cwd: root, env })
  const [head = '', ...sections] = stdout.split('\n## ')
  const date = /\d{4}-\d{2}-\d{2}/.exec(head)?.[0]
  const results = JSON.parse(readFileSync(join(folder, `${date}.json`), 'utf8')) as {
    parts: Record<string, Entry>
  }
  const tables = Object.fromEntries(sections.map((section) => [section.split('\n')[0] as string, section]))
  return { folder, tables, entries: results.parts }
}

/** Everything that a part measured, as paths of finite numbers or of what is none. */
function badNumbers(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [path]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, each]) => badNumbers(each, `${path}/${key}`))
}

/** What is compared with, and the data, may not be there. */
const FIGURES_OR_WHY_NOT: Readonly<Record<string, readonly RegExp[]>> = {
  peers: [/scikit_learn( \d|: skipped, )/, /isotree( \d|: skipped, )/],
  accuracy: [/breastw|adbench skipped/, /TravelTime|streams skipped/],
}

/** How many goals each part has; null where that depends on what is on the machine. */
const GOALS = {
  http: 4,
  'in-process': 12,
  stall: 5,
  footprint: 5,
  bulk: 9,
  dashboard: 4,
  forest: 11,
  'alert-cost': 1,
  fleet: 4,
  peers: null,
  accuracy: null,
}

describe('each part of the benchmark works in its short form', () => {
  let ran: Run
  beforeAll(async () => {
    ran = await bench(Object.keys(GOALS))
    // Some start half a dozen processes.
  }, 600_000)

  it.each(Object.entries(GOALS))(
    '%s measures, and reports on every goal, or says what is missing',
    (part, goals) => {
      const { goals: reported, figures } = ran.entries[part] as Entry
      if (goals !== null) expect(reported).toHaveLength(goals)
      for (const { question, wanted } of reported) {
        expect(ran.tables[part]).toContain(question)
        expect(ran.tables[part]).toContain(wanted)
      }
      if (goals !== null) expect(badNumbers(figures)).toEqual([])
      for (const pattern of FIGURES_OR_WHY_NOT[part] ?? []) expect(ran.tables[part]).toMatch(pattern)
    },
  )

  it('draws what it measured, for light and dark pages', () => {
    for (const theme of ['light', 'dark']) {
      const picture = readFileSync(join(ran.folder, `benchmarks-${theme}.svg`), 'utf8')
      expect(picture).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
    }
  })
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
