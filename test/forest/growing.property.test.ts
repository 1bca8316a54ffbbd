import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NaiveForest } from '../../made-up/peers/naive-forest.js'
import { float32, treesOf } from '../../made-up/peers/naive-tree.js'
import { packed } from '../../made-up/rows.js'
import { builds, createForest } from './builds.js'
import { guardsIntact } from './guards.js'
import { sample, seeded } from './samples.js'
import { splitMix64 } from './split-mix.js'
import { checkTree, leafRows, usedFeatures } from './tree-invariants.js'

describe.each(builds)('trees of the $name build', (build) => {
  it('are those that a naive trainer grows from the same seed, node by node', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows }) => {
        const forest = (await createForest(build, options)).fit(rows)
        const { nTrees = 100, subsampleSize = 256, seed = 42 } = options
        const naive = NaiveForest.grow(rows, {
          nTrees,
          subsampleSize,
          randomOfTree: (tree) => splitMix64(seed, tree),
        })
        expect(treesOf(forest).map(positiveZero)).toEqual(naive.trees.map(positiveZero))
        expect(guardsIntact(forest.arena)).toBe(true)
      }),
      seeded(80),
    )
  })

  it('hold ψ rows in their leaves and never split a constant feature', async () => {
    await fc.assert(
      fc.asyncProperty(sample, fc.nat(), async ({ options, rows }, column) => {
        const constant = column % options.nFeatures
        const flat = rows.map((row) => row.map((value, f) => (f === constant ? 7.25 : value)))
        const forest = (await createForest(build, options)).fit(flat)
        expect(forest.subsampleSize).toBe(Math.min(options.subsampleSize ?? 256, rows.length))
        for (const tree of treesOf(forest)) {
          expect(leafRows(tree)).toBe(forest.subsampleSize)
          expect(usedFeatures(tree)).not.toContain(constant)
        }
      }),
      seeded(60),
    )
  })

  it('grown on all rows, send those rows exactly where their node sizes say', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows }) => {
        const forest = (await createForest(build, { ...options, subsampleSize: 64 })).fit(rows)
        const seen = rows.map((row) => row.map(float32))
        const heightLimit = Math.ceil(Math.log2(Math.max(rows.length, 2)))
        for (const tree of treesOf(forest)) checkTree(tree, seen, heightLimit)
      }),
      seeded(60),
    )
  })

  it('are the same bytes for the same rows, options and seed, however the rows are handed over', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows }) => {
        const bytes = (await createForest(build, options)).fit(rows).toBytes()
        const again = (await createForest(build, options)).fit(packed(rows)).toBytes()
        expect(Buffer.compare(bytes, again)).toBe(0)
      }),
      seeded(40),
    )
  })

  it('are not remembered: a second fit gives what a first one would', async () => {
    await fc.assert(
      fc.asyncProperty(sample, sample, async (one, other) => {
        const forest = await createForest(build, one.options)
        const first = forest.fit(one.rows).toBytes()
        const { nFeatures } = one.options
        forest.fit(other.rows.map((row) => Array.from({ length: nFeatures }, (_, f) => row[f] ?? 0)))
        expect(Buffer.compare(forest.fit(one.rows).toBytes(), first)).toBe(0)
        expect(guardsIntact(forest.arena)).toBe(true)
      }),
      seeded(30),
    )
  })

  it('differ with the seed', async () => {
    const rows = [...Array(40).keys()].map((i) => [i, (i * 7) % 11])
    const one = (await createForest(build, { nFeatures: 2, seed: 1 })).fit(rows)
    const two = (await createForest(build, { nFeatures: 2, seed: 2 })).fit(rows)
    expect(one.score([1, 1])).not.toBe(two.score([1, 1]))
  })
})

describe('the same forest in every build', () => {
  it('has the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(sample, async ({ options, rows }) => {
        const bytes = await Promise.all(
          builds.map(async (build) => Buffer.from((await createForest(build, options)).fit(rows).toBytes())),
        )
        for (const other of bytes.slice(1)) expect(Buffer.compare(bytes[0] as Buffer, other)).toBe(0)
      }),
      seeded(30),
    )
  })
})

/** toEqual tells -0 from 0; a comparison with either sends every row the same way. */
function positiveZero<Node>(tree: Node): Node {
  return JSON.parse(JSON.stringify(tree))
}
