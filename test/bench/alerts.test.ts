import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Series } from '../../bench/accuracy/nab/corpus.js'
import { standardScore } from '../../bench/accuracy/nab/standard-score.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const run = promisify(execFile)

test('the bench of alerts works in its short form, and says which data is missing', async () => {
  const command = ['--import', 'tsx', 'bench/alerts.ts', '--quick', '--part', 'cold', '--part', 'nab']
  const env = { ...process.env, SENTINEL_SHARED_DIR: '/none', SENTINEL_NAB_DIR: '/none' }
  const { stdout } = await run(process.execPath, command, { cwd: root, env })
  expect(stdout).toContain('No shared data here')
  expect(stdout).toContain('set SENTINEL_NAB_DIR')
  const row = stdout.split('\n').find((line) => line.includes(' 1001 to 2000 |'))
  expect(row).toMatch(/\| +0\.\d{4} \(.+\) \| +[01]\.\d\d \(.+\) \| +[01]\.\d\d \(.+\) \|$/)
  expect(stdout).not.toContain('## Bursts')
}, 60_000)

test('the standard score is 100 for alerts at the start of each window, 0 for none, and falls with each beside', () => {
  const series: Series = {
    name: 'one',
    times: [],
    values: new Float64Array(1000),
    windows: [
      [300, 340],
      [700, 740],
    ],
  }
  const scoreOf = (...at: number[]): number => {
    const scores = new Float64Array(1000)
    for (const i of at) scores[i] = 1
    return standardScore([series], [scores], 0.5).score
  }
  expect(scoreOf(300, 700)).toBeCloseTo(100)
  expect(scoreOf()).toBeCloseTo(0)
  expect(scoreOf(300)).toBeCloseTo(50)
  expect(scoreOf(320)).toBeLessThan(scoreOf(310))
  expect(scoreOf(300, 320)).toBe(scoreOf(300))
  // One alert beside takes 0.11 of the 2 + 2 that lie between none and all.
  expect(scoreOf(300, 700, 500)).toBeGreaterThan(100 - (100 * 0.11) / 4 - 0.01)
  expect(scoreOf(300, 700, 500)).toBeLessThan(98)
  // The first 15% are not counted.
  expect(scoreOf(300, 700, 100)).toBe(scoreOf(300, 700))
})
