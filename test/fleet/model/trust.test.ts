import { describe, expect, test } from 'vitest'
import { GoodSense } from '#sentinel/fleet/model/good-sense.js'
import { ReplicaShares } from '#sentinel/fleet/samples/replica-shares.js'
import type { SampledRecord } from '#sentinel/fleet/samples/sample-codec.js'

const turn = (): Promise<void> => Promise.resolve()
const sampled = (value: number, alerted = false): SampledRecord => ({
  route: '/',
  atMs: 0,
  alerted,
  expected: false,
  rare: alerted,
  beside: false,
  values: Float64Array.of(value),
})

describe('a replica among others', () => {
  const names = ['a', 'b', 'c']

  /** How many records of each are learnt from, of so many that each of them brings in a round. */
  function learnt(brings: readonly number[], oddShares: readonly number[], rounds = 400) {
    const told: [string, boolean][] = []
    const shares = new ReplicaShares((replica, suspect) => told.push([replica, suspect]))
    const counts = names.map(() => 0)
    for (let round = 0; round < rounds; round++)
      for (const [r, name] of names.entries())
        for (let i = 0; i < (brings[r] as number); i++) {
          const odd = ((round * 7 + i * 13) % 100) / 100 < (oddShares[r] as number)
          if (shares.admit(name, odd)) counts[r] = (counts[r] as number) + 1
        }
    return { counts, told, suspects: shares.suspects }
  }

  test('is learnt from in full while all bring as much', () => {
    expect(learnt([5, 5, 5], [0.1, 0.1, 0.1])).toEqual({ counts: [2000, 2000, 2000], told: [], suspects: 0 })
  })

  test('has no more than half of the say, however much it sends', () => {
    const { counts } = learnt([2, 2, 60], [0.1, 0.1, 0.1])
    const [a = 0, b = 0, c = 0] = counts
    expect([a, b]).toEqual([800, 800])
    expect(c / (a + b + c)).toBeLessThan(0.56)
  })

  test('is not learnt from when it alone is odd, and said once', () => {
    const { counts, told, suspects } = learnt([5, 5, 5], [0.1, 0.1, 0.9])
    expect(told).toEqual([['c', true]])
    expect(suspects).toBe(1)
    expect(counts[2]).toBeLessThan(200)
    expect(counts[0]).toBe(2000)
  })

  test('is learnt from as before when all are odd: that is the traffic', () => {
    expect(learnt([5, 5, 5], [0.9, 0.9, 0.9]).told).toEqual([])
  })

  test('is trusted again once its records are like those of the others', () => {
    const told: boolean[] = []
    const shares = new ReplicaShares((_replica, suspect) => told.push(suspect))
    for (let i = 0; i < 20_000; i++)
      for (const name of names) shares.admit(name, name === 'c' && i < 500 ? true : i % 10 === 0)
    expect(told).toEqual([true, false])
  })
})

describe('a model is published', () => {
  test('when it alerts as often as it may of what was ordinary', async () => {
    const sense = new GoodSense(0.001)
    for (let i = 0; i < 2_000; i++) sense.see('one', sampled(i))
    expect(await sense.accepts(({ values }) => (values[0] as number) < 6, turn)).toBe(true)
  })

  test('and not when that is more than three times the rate', async () => {
    const sense = new GoodSense(0.001)
    for (let i = 0; i < 2_000; i++) sense.see('one', sampled(i))
    expect(await sense.accepts(({ values }) => (values[0] as number) < 7, turn)).toBe(false)
  })

  test('whatever it says of records that were alerted before: that may be an attack', async () => {
    const sense = new GoodSense(0.001)
    for (let i = 0; i < 2_000; i++) sense.see('one', sampled(i, i % 2 === 0))
    expect(await sense.accepts(({ values }) => (values[0] as number) % 2 === 0, turn)).toBe(true)
  })

  test('and one replica that says of an attack that nobody was told of it keeps no model from the others', async () => {
    const sense = new GoodSense(0.001)
    const replicas = ['a', 'b', 'liar']
    for (let i = 0; i < 1_998; i++) sense.see(replicas[i % 3] as string, sampled(i % 3))
    expect(await sense.accepts(({ values }) => values[0] === 2, turn)).toBe(true)
    expect(await sense.accepts(({ values }) => values[0] !== 0, turn)).toBe(false)
  })
})
