import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mulberry32 } from '../../../../made-up/random.js'
import { withAttacks } from '../../../../made-up/recipes.js'
import {
  dataFolder,
  readKdd,
  readNab,
  readOpenStack,
  readTelemetry,
  type Stream,
} from '../../../../made-up/streams.js'
import { codeRunnerTraffic, type Labelled, madeUpTraffic } from '../../../../made-up/traffic.js'
import { type Replay, replay } from '../../../../made-up/trial/replay.js'
import { extent } from '../../../chaos/extent.js'

/** Records of a stream that are tried. */
const TRIED = 1200

const factor = fc.double({ min: -9, max: 9, noNaN: true }).map((power) => 10 ** power)
type Factors = { readonly latency: number; readonly input_length: number; readonly errors: number }
const factors: fc.Arbitrary<Factors> = fc.record({ latency: factor, input_length: factor, errors: factor })

const made: Stream[] = [
  { name: 'made up', records: withAttacks(madeUpTraffic(TRIED, 3), 0.03, mulberry32(4)) },
  { name: 'code runner', records: withAttacks(codeRunnerTraffic(TRIED, 5), 0.03, mulberry32(6)) },
  { name: 'all zeros', records: zeros(1200) },
]
const folder = dataFolder()
const recorded =
  folder === null ? [] : [readKdd(folder), readTelemetry(folder), readOpenStack(folder), ...readNab(folder)]

/** Nothing but zeros, and at last a few records that are something else. */
function zeros(n: number): Labelled[] {
  const zero = { latency: 0, input_length: 0, errors: 0, label: 0 }
  return Array.from({ length: n }, (_, i) =>
    i < n - 40 || i % 9 > 0 ? zero : { ...zero, latency: i % 2, errors: i, label: 1 },
  )
}

function scaled(records: readonly Labelled[], by: Factors): Labelled[] {
  return records.map((record) => ({
    ...record,
    latency: record.latency * by.latency,
    input_length: record.input_length * by.input_length,
    errors: record.errors * by.errors,
  }))
}

function expectSame(of: Replay, as: Replay): void {
  expect(of.flags).toEqual(as.flags)
  const differs = (score: number, i: number): boolean => {
    const other = as.scores[i] as number
    return !Number.isNaN(other) && !(Math.abs(score - other) < 1e-6)
  }
  expect(of.scores.findIndex(differs)).toBe(-1)
}

describe('what a feature is counted in decides nothing', () => {
  test.each([...made, ...recorded])(
    'on $name',
    async ({ records }) => {
      const tried = records.slice(0, TRIED)
      const plain = await replay(tried)
      await fc.assert(
        fc.asyncProperty(factors, async (by) => expectSame(await replay(scaled(tried, by)), plain)),
        { seed: 17, numRuns: extent(5, 2), examples: [[{ latency: 1e-9, input_length: 1e9, errors: 1e-3 }]] },
      )
    },
    extent(600_000, 60_000),
  )
})

test.each([1, 1e-3, 1e-9])(
  'a handler of 6 to 9 ms that takes ten times as long is seen in units of %d s',
  async (s) => {
    const random = mulberry32(11)
    const record = (times: number): Labelled => ({
      latency: (0.006 + 0.003 * random.uniform()) * times * s,
      input_length: 500,
      errors: 0,
      route: '/handler',
      label: 0,
    })
    const records = Array.from({ length: 1000 }, (_, i) => record(i >= 950 && i % 5 === 0 ? 10 : 1))
    const { flags } = await replay(records)
    const slow = records.map((_, i) => i).filter((i) => i >= 950 && i % 5 === 0)
    expect(slow.every((i) => flags[i] === 1)).toBe(true)
  },
)
