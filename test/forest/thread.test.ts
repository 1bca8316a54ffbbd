import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { gaussianRows } from '../../made-up/rows.js'
import { builds, createForest } from './builds.js'
import { guardsIntact } from './guards.js'

const shared = builds.filter((build) => build.shared)
const options = { nFeatures: 5, nTrees: 30, seed: 3, contamination: 0.05 }
const rows = gaussianRows(900, 5, 8)

describe.each(shared)('a forest on the memory of several threads ($name build)', (build) => {
  it('has the same bytes when another thread fits it', async () => {
    const inline = (await createForest(build, options)).fit(rows)
    const elsewhere = await createForest(build, options)
    const { arena } = elsewhere
    for (const [i, row] of rows.entries()) arena.training.set(row, i * arena.rowStride)
    const order = { base: arena.base, slot: 0, nRows: rows.length, ...options }
    const worker = new Worker(new URL('fit-thread.mjs', import.meta.url), {
      workerData: { module: build.module, memory: arena.memory, order },
    })
    await once(worker, 'message')
    expect(Buffer.compare(elsewhere.toBytes(), inline.toBytes())).toBe(0)
    expect(guardsIntact(arena)).toBe(true)
    await worker.terminate()
  })
})

describe.each(builds)('the trees of a fit in the $name build', (build) => {
  it('can be grown in any portions and any order', async () => {
    const forest = (await createForest(build, options)).fit(rows)
    const bytes = forest.toBytes()
    const { wasm, base } = forest.arena
    wasm.beginFit(base, 0, rows.length)
    for (const [from, to] of [
      [17, 30],
      [0, 1],
      [9, 17],
      [1, 9],
    ] as const)
      wasm.growTrees(base, 0, options.seed, from, to)
    wasm.calibrate(base, 0, options.contamination)
    expect(Buffer.compare(forest.toBytes(), bytes)).toBe(0)
  })
})
