import { describe, expect, it } from 'vitest'
import { fitInTurns } from '#sentinel/forest/fit.js'
import { IsolationForest } from '#sentinel/forest/index.js'

const ROWS = Array.from({ length: 300 }, (_, i) => [i % 17, (i * 7) % 31])

describe('a fit that is watched', () => {
  it('reports every few trees, from none to all', async () => {
    const forest = await IsolationForest.create({ nFeatures: 2, nTrees: 12 })
    const grown: number[] = []
    forest.fit(ROWS, { onProgress: (trees) => grown.push(trees) })
    expect(grown).toEqual([0, 5, 10, 12])
  })

  it('grows the same forest as one that is not', async () => {
    const watched = await IsolationForest.create({ nFeatures: 2 })
    const other = await IsolationForest.create({ nFeatures: 2 })
    watched.fit(ROWS, { onProgress: () => {} })
    expect(watched.toBytes()).toEqual(other.fit(ROWS).toBytes())
  })

  it('ends with no forest rather than half of one when it is stopped, and can begin again', async () => {
    const forest = await IsolationForest.create({ nFeatures: 2 })
    const stop = new Error('enough')
    const stopping = () =>
      forest.fit(ROWS, {
        onProgress: (trees) => {
          if (trees > 20) throw stop
        },
      })
    expect(stopping).toThrow(stop)
    expect(forest.fitted).toBe(false)
    expect(() => forest.score([1, 2])).toThrow('the forest has no trees yet')
    expect(forest.fit(ROWS).fitted).toBe(true)
  })
})

describe('a fit in turns', () => {
  const options = { nFeatures: 2, nTrees: 12, seed: 7, contamination: 0.1 }

  async function fittedOnce() {
    const forest = (await IsolationForest.create(options)).fit(ROWS)
    const { arena } = forest
    return { forest, arena, order: { base: arena.base, slot: 0, nRows: ROWS.length, ...options } }
  }

  it.each([1, 5, 12, 100])('grows the same forest %i trees at a time', async (treesATurn) => {
    const { forest, arena, order } = await fittedOnce()
    const bytes = forest.toBytes()
    arena.wasm.importBegin(arena.base, 0, 0, 2)
    const turns = [...fitInTurns(arena.wasm, order, treesATurn)]
    expect(turns).toEqual([...new Set([...turns.keys()].map((turn) => Math.min(12, turn * treesATurn)))])
    expect(turns.at(-1)).toBe(12)
    expect(forest.toBytes()).toEqual(bytes)
  })

  it('leaves no forest when it is given up before its calibration', async () => {
    const { forest, arena, order } = await fittedOnce()
    for (const grown of fitInTurns(arena.wasm, order, 4)) if (grown === 12) break
    expect(forest.fitted).toBe(false)
  })
})
