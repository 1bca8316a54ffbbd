import { describe, expect, it } from 'vitest'
import { NpmIsolationForest } from '../../bench/peers/npm-isolation-forest.js'
import { NpmMlIsolationForest } from '../../bench/peers/npm-ml-isolation-forest.js'
import { ObjectForest } from '../../bench/peers/object-forest.js'
import { TypedArrayForest } from '../../bench/peers/typed-array-forest.js'
import { telemetryRows } from '../../bench/rows.js'
import { fixtureNames, readFixture } from '../forest/fixture.js'
import { NaiveForest } from '../forest/naive-forest.js'
import { treeFromScikitLearn } from '../forest/naive-tree.js'

const options = { nTrees: 100, subsampleSize: 256, seed: 7 }
const peers = [ObjectForest, TypedArrayForest, NpmIsolationForest, NpmMlIsolationForest]

// A race against a forest that gives wrong answers proves nothing.
describe('the peers of the benchmark', () => {
  it.each(fixtureNames)('typed arrays add up the %s trees to the same bits as the naive forest', (name) => {
    const doc = readFixture(name)
    const trees = doc.trees.map((tree) => treeFromScikitLearn(tree))
    const naive = new NaiveForest(trees, doc.max_samples)
    const typed = TypedArrayForest.fromTrees(trees, doc.max_samples, doc.n_features)
    for (const row of [...doc.test, ...doc.train]) {
      expect(typed.totalPathLength(row)).toBe(naive.totalPathLength(row))
      expect(typed.score(row)).toBe(naive.score(row))
    }
  })

  it('typed arrays grow forests that score as the naive ones do', () => {
    const rows = telemetryRows(1000, 1)
    const naive = new ObjectForest(options)
    const typed = new TypedArrayForest({ ...options, seed: 8 })
    naive.fit(rows)
    typed.fit(rows)
    const difference = rows.map((row) => naive.score(row) - typed.score(row))
    const rms = Math.sqrt(difference.reduce((sum, d) => sum + d * d, 0) / rows.length)
    expect(rms).toBeLessThan(0.02)
  })

  it.each(peers)('%o finds what stands out', (Peer) => {
    const peer = new Peer(options)
    peer.fit(telemetryRows(1000, 1))
    const typical = peer.score([150, 2000, 0])
    const strange = peer.score([5000, 3900, 4])
    expect(strange).toBeGreaterThan(typical + 0.05)
    expect([
      ...Array.from(
        peer.scoreBatch([
          [150, 2000, 0],
          [5000, 3900, 4],
        ]),
      ),
    ]).toEqual([typical, strange])
  })
})
