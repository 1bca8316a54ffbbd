import { expect, test } from 'vitest'
import { Arena } from '#sentinel/forest/arena.js'
import { builds, source } from '../forest/builds.js'
import { guardsIntact } from '../forest/guards.js'

const SHAPE = { nFeatures: 2, nTrees: 4, subsampleSize: 8, maxRows: 16, nSlots: 1 }

/** The build that looks whether its functions are called as they may be. */
async function debugArena(): Promise<Arena> {
  const debug = builds.find(({ name }) => name === 'debug')
  if (debug === undefined) throw new Error('there is no debug build')
  return Arena.create(SHAPE, source(debug))
}

test.each([0, 17])('the debug build stops before it calibrates on %d scores of 16 at most', async (n) => {
  const { wasm, base } = await debugArena()
  expect(() => wasm.calibrateOn(base, 0, n, 0.1)).toThrow(WebAssembly.RuntimeError)
})

test('the debug build calibrates on one score, and on as many as there is room for', async () => {
  const arena = await debugArena()
  for (const n of [1, 16]) {
    arena.scores(0, n).fill(0.5)
    arena.wasm.calibrateOn(arena.base, 0, n, 0.1)
    expect(arena.scores(0)).toHaveLength(n)
  }
  expect(guardsIntact(arena)).toBe(true)
})

test('the debug build stops before it scores more rows than a batch has', async () => {
  const { wasm, base, batchRows } = await debugArena()
  expect(() => wasm.scoreBatch(base, 0, batchRows + 1)).toThrow(WebAssembly.RuntimeError)
})
