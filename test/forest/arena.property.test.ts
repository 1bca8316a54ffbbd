import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IsolationForest } from '#sentinel/forest/index.js'
import { FOREST_RANGES } from '#sentinel/forest/options.js'
import { gaussianRows } from '../../made-up/rows.js'
import { type Build, builds, createForest, source } from './builds.js'
import { guardsIntact } from './guards.js'
import { seeded } from './samples.js'

const PAGE_BYTES = 65_536

function memoryFor(build: Build): WebAssembly.Memory {
  return build.shared
    ? new WebAssembly.Memory({ initial: 1, maximum: 4096, shared: true })
    : new WebAssembly.Memory({ initial: 1 })
}

describe.each(builds)('the memory of the $name build', (build) => {
  it('stays whole outside its regions, whatever is done in whatever order and shape', async () => {
    const shape = fc.record({
      nFeatures: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(31, 32, 33, 255, 256, 257)),
      nTrees: fc.integer({ min: 1, max: 13 }),
      subsampleSize: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.constantFrom(255, 256, 257, 4096)),
      maxRows: fc.constantFrom(undefined, 600),
    })
    const steps = fc.array(
      fc.record({
        act: fc.constantFrom('fit', 'score', 'batch', 'attribute', 'bytes'),
        n: fc.integer({ min: 1, max: 600 }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(shape, steps, async ({ maxRows, ...options }, acts) => {
        const forest = await createForest(build, maxRows === undefined ? options : { ...options, maxRows })
        const rows = gaussianRows(600, options.nFeatures, options.nTrees)
        forest.fit(rows.slice(0, 3))
        expect(guardsIntact(forest.arena)).toBe(true)
        for (const { act, n } of acts) {
          if (act === 'fit') forest.fit(rows.slice(0, n))
          if (act === 'score') forest.score(rows[n - 1] as number[])
          if (act === 'batch') forest.scoreBatch(rows.slice(0, n))
          if (act === 'attribute') forest.attribute(rows[n - 1] as number[])
          if (act === 'bytes') forest.toBytes()
          expect(guardsIntact(forest.arena)).toBe(true)
        }
      }),
      seeded(25),
    )
  })

  it('grows on demand: a larger fit gives what a forest of that capacity gives', async () => {
    const rows = gaussianRows(5000, 3, 1)
    const options = { nFeatures: 3, nTrees: 10 }
    const grown = (await createForest(build, options)).fit(rows.slice(0, 10)).fit(rows)
    const roomy = (await createForest(build, { ...options, maxRows: 5000 })).fit(rows)
    expect(Buffer.compare(grown.toBytes(), roomy.toBytes())).toBe(0)
    expect(guardsIntact(grown.arena)).toBe(true)
  })

  it('takes the largest shape', async () => {
    const forest = await createForest(build, {
      nFeatures: 4096,
      nTrees: 1000,
      subsampleSize: 4096,
      maxRows: 4096,
    })
    const rows = gaussianRows(6, 4096, 2)
    forest.fit(rows)
    expect(forest.score(rows[0] as number[])).toBeGreaterThan(0)
    expect(guardsIntact(forest.arena)).toBe(true)
  })

  it('takes every shape that the options allow, and none beyond', async () => {
    const { wasm } = (await createForest(build, { nFeatures: 1, nTrees: 1 })).arena
    const { nFeatures, nTrees, subsampleSize } = FOREST_RANGES
    expect(wasm.arenaBytes(nFeatures.most, nTrees.most, subsampleSize.most, 1, 1)).toBeGreaterThan(0)
    expect(wasm.arenaBytes(nFeatures.least, nTrees.least, subsampleSize.least, 1, 1)).toBeGreaterThan(0)
    for (const beyond of [nFeatures.least - 1, nFeatures.most + 1]) {
      expect(wasm.arenaBytes(beyond, 10, 256, 1, 1)).toBe(0)
    }
    for (const beyond of [nTrees.least - 1, nTrees.most + 1]) {
      expect(wasm.arenaBytes(3, beyond, 256, 1, 1)).toBe(0)
    }
    for (const beyond of [subsampleSize.least - 1, subsampleSize.most + 1]) {
      expect(wasm.arenaBytes(3, 10, beyond, 1, 1)).toBe(0)
    }
    expect(wasm.arenaBytes(3, 10, 256, 0, 1)).toBe(0)
  })

  it('is measured whole or refused, and does not wrap at 4 GiB', async () => {
    const { wasm } = (await createForest(build, { nFeatures: 1, nTrees: 1 })).arena
    const shape = fc.record({
      nFeatures: fc.integer({ min: 1, max: 4096 }),
      nTrees: fc.integer({ min: 1, max: 1000 }),
      subsampleSize: fc.integer({ min: 2, max: 4096 }),
      nSlots: fc.integer({ min: 0, max: 64 }),
      share: fc.double({ min: 0.5, max: 8, noNaN: true }),
    })
    fc.assert(
      fc.property(shape, ({ nFeatures, nTrees, subsampleSize, nSlots, share }) => {
        // Window, training and permutation; columns, scores and confidence of each slot; the splits of each tree.
        const perRow = 8 * nFeatures + 4 + nSlots * (4 * nFeatures + 16)
        const maxRows = Math.round((share * 2 ** 32) / perRow)
        const least = maxRows * perRow + nSlots * nTrees * (subsampleSize - 1) * 5
        const bytes = wasm.arenaBytes(nFeatures, nTrees, subsampleSize, maxRows, nSlots)
        if (bytes !== 0) expect(bytes).toBeGreaterThanOrEqual(least)
        if (least >= 2 ** 32) expect(bytes).toBe(0)
      }),
      seeded(500),
    )
  })

  it('holds several forests that do not disturb each other', async () => {
    const memory = memoryFor(build)
    const options = { ...source(build), memory }
    const one = await IsolationForest.create({ nFeatures: 2, nTrees: 10, seed: 1, ...options })
    one.fit(gaussianRows(100, 2, 1))
    const before = one.toBytes()
    const other = await IsolationForest.create({ nFeatures: 7, nTrees: 20, seed: 2, ...options })
    other.fit(gaussianRows(3000, 7, 2))
    expect(Buffer.compare(one.toBytes(), before)).toBe(0)
    expect(one.score([0, 0])).toBe((await IsolationForest.fromBytes(before, source(build))).score([0, 0]))
    expect(guardsIntact(one.arena) && guardsIntact(other.arena)).toBe(true)
  })

  it('is taken behind what the caller has there already', async () => {
    const memory = memoryFor(build)
    new Uint8Array(memory.buffer).fill(0xa5)
    const forest = await IsolationForest.create({ nFeatures: 2, nTrees: 10, ...source(build), memory })
    forest.fit(gaussianRows(2000, 2, 1)).scoreBatch(gaussianRows(700, 2, 3))
    expect(new Uint8Array(memory.buffer, 0, PAGE_BYTES).every((byte) => byte === 0xa5)).toBe(true)
  })

  it('tells when a guard was written over', async () => {
    const forest = (await createForest(build, { nFeatures: 3 })).fit(gaussianRows(50, 3, 1))
    const rowEnd = forest.arena.row.byteOffset + 16
    new Uint8Array(forest.arena.memory.buffer)[rowEnd] = 0
    expect(guardsIntact(forest.arena)).toBe(false)
  })
})
