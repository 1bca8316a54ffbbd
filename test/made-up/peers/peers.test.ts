import { describe, expect, it } from 'vitest'
import { NaiveForest } from '../../../made-up/peers/naive-forest.js'
import { NpmIsolationForest } from '../../../made-up/peers/npm-isolation-forest.js'
import { NpmMlIsolationForest } from '../../../made-up/peers/npm-ml-isolation-forest.js'
import { ObjectForest } from '../../../made-up/peers/object-forest.js'
import type { Peer } from '../../../made-up/peers/peer.js'
import { TypedArrayForest } from '../../../made-up/peers/typed-array-forest.js'
import { telemetryRows } from '../../../made-up/rows.js'
import { fixtureNames, readFixture, treeFromScikitLearn } from '../../forest/fixture.js'
import { rms } from '../../forest/rms.js'

const options = { nTrees: 100, subsampleSize: 256, seed: 7 }
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

  it('typed arrays calibrate: a share of a tenth scores above the threshold', () => {
    const rows = telemetryRows(1000, 1)
    const typed = new TypedArrayForest(options)
    typed.fit(rows)
    expect(rows.filter((row) => typed.score(row) > typed.threshold)).toHaveLength(100)
  })

  it('typed arrays grow forests that score as the naive ones do', () => {
    const rows = telemetryRows(1000, 1)
    const naive = new ObjectForest(options)
    const typed = new TypedArrayForest({ ...options, seed: 8 })
    naive.fit(rows)
    typed.fit(rows)
    expect(rms(naive.scoreBatch(rows), typed.scoreBatch(rows))).toBeLessThan(0.02)
  })

  findsWhatStandsOut(new ObjectForest(options))
  findsWhatStandsOut(new TypedArrayForest(options))
  findsWhatStandsOut(new NpmIsolationForest(options))
  findsWhatStandsOut(new NpmMlIsolationForest(options))
})

function findsWhatStandsOut<Row>(peer: Peer<Row>): void {
  it(`${peer.name}: finds what stands out`, () => {
    peer.fit(telemetryRows(1000, 1).map((row) => peer.row(row)))
    const typical = peer.row([150, 2000, 0])
    const strange = peer.row([5000, 3900, 4])
    const scores = [peer.score(typical), peer.score(strange)]
    expect(scores[1]).toBeGreaterThan((scores[0] as number) + 0.05)
    expect(Array.from(peer.scoreBatch([typical, strange]))).toEqual(scores)
  })
}
