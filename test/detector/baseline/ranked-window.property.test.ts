import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RankedWindow } from '#sentinel/detector/baseline/ranked-window.js'
import { Arena } from '#sentinel/forest/arena.js'

const CAPACITY = 7
const SEED = 42

async function windowOf(): Promise<RankedWindow> {
  const shape = { nFeatures: 2, nTrees: 1, subsampleSize: 2, maxRows: CAPACITY + 3, nSlots: 1 }
  return new RankedWindow(await Arena.create(shape), CAPACITY)
}

function medianOf(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b)
  const upper = ascending[ascending.length >> 1] as number
  return ascending.length % 2 === 1 ? upper : ((ascending[(ascending.length >> 1) - 1] as number) + upper) / 2
}

function midRankOf(values: readonly number[], value: number): number {
  const below = values.filter((other) => other < value).length
  const ties = values.filter((other) => other === value).length
  return (100 * (below + ties / 2)) / values.length
}

/** Few different values, so that ties are many, and some far out. */
const value = fc.oneof(fc.nat(4), fc.constantFrom(0, 1e30, 3.5))

test('medians and ranks are those of the rows in it, whenever they are asked for', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ row: fc.tuple(value, value), asked: fc.boolean() }), {
        minLength: 1,
        maxLength: 40,
      }),
      value,
      async (steps, probe) => {
        const window = await windowOf()
        const rows: (readonly number[])[] = []
        for (const { row, asked } of steps) {
          window.push(Float32Array.from(row))
          rows.push(Float32Array.from(row) as unknown as number[])
          if (!asked) continue
          for (const feature of [0, 1]) {
            const held = rows.slice(-CAPACITY).map((one) => one[feature] as number)
            expect(window.median(feature)).toBe(medianOf(held))
            expect(window.midRank(feature, Math.fround(probe))).toBe(midRankOf(held, Math.fround(probe)))
          }
        }
      },
    ),
    { seed: SEED, numRuns: 200 },
  )
})

test('restored rows count as if they had come by', async () => {
  const before = await windowOf()
  for (let i = 0; i < 12; i++) before.push(Float32Array.of(i % 5, 100 - i))
  const after = await windowOf()
  after.restore(before.capture())
  for (const window of [before, after]) window.push(Float32Array.of(2, 2))
  for (const feature of [0, 1]) {
    expect(after.median(feature)).toBe(before.median(feature))
    expect(after.midRank(feature, 3)).toBe(before.midRank(feature, 3))
  }
})
