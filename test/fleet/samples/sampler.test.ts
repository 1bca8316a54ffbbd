import { expect, test } from 'vitest'
import { decodeBatch, type SampleBatch } from '#sentinel/fleet/samples/sample-codec.js'
import { RECORDS_OF_ALL, Sampler } from '#sentinel/fleet/samples/sampler.js'

const ORDINARY = { p: 0.5, alert: null }
const RARE = { p: 1e-5, alert: { action: 'throttle', p: 1e-5, incident: null, feature: null } } as const
const rated = (value: number) => ({ values: [value], missing: null })

/** One of 200 records a second, in batches of 20, whose chances repeat. */
function sampler(rate = 200): Sampler {
  let state = 1
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  return new Sampler({ replica: 'one', nFeatures: 1, rate, beatMs: 100, rareUpTo: 0.001, random })
}

function taken(from: Sampler): SampleBatch {
  return decodeBatch(from.take() ?? new Uint8Array(), 1)
}

test('every record has the same chance to be in the sample, early or late, rare or not', () => {
  const one = sampler()
  const tenths = new Float64Array(10)
  for (let round = 0; round < 500; round++) {
    for (let i = 0; i < 100; i++) one.judged('/', rated(i), i % 50 === 7 ? RARE : ORDINARY, false)
    const { judged, rare, records } = taken(one)
    const drawn = records.filter(({ beside }) => !beside)
    expect([judged, rare, drawn.length]).toEqual([100, 2, 20])
    for (const { values } of drawn) {
      const tenth = Math.floor((values[0] as number) / 10)
      tenths[tenth] = (tenths[tenth] as number) + 1
    }
  }
  for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(125)
  expect(one.take()).toBeNull()
})

test('every rare record is sent once, drawn or beside, in its order, and no more of them than were drawn', () => {
  const one = sampler()
  for (let i = 0; i < 1_000; i++) one.judged('/', rated(i), i % 100 === 50 ? RARE : ORDINARY, false)
  const { rare, records } = taken(one)
  const values = records.filter((each) => each.rare).map((each) => each.values[0])
  expect(values).toEqual([50, 150, 250, 350, 450, 550, 650, 750, 850, 950])
  expect(rare).toBe(10)
  for (let i = 0; i < 1_000; i++) one.judged('/', rated(i), RARE, false)
  expect(taken(one).records.length).toBeLessThanOrEqual(40)
})

test('what an operator expects is marked', () => {
  const one = sampler()
  one.judged('/', rated(1), RARE, true)
  one.judged('/', rated(2), ORDINARY, false)
  expect(taken(one).records.map(({ expected }) => expected)).toEqual([true, false])
})

test('of many replicas each sends less, in fewer batches where they would be small, and all of them no more than one can learn', () => {
  for (const replicas of [1, 3, 20, 100, 1_000]) {
    const one = sampler()
    one.shareWith(replicas)
    let [sent, batches] = [0, 0]
    for (let beat = 0; beat < 200; beat++) {
      for (let i = 0; i < 30; i++) one.judged('/', rated(i), ORDINARY, false)
      const batch = one.take()
      if (batch === null) continue
      batches += 1
      sent += decodeBatch(batch, 1).records.length
    }
    const [aSecond, batchesASecond] = [sent / 20, batches / 20]
    expect(aSecond * replicas).toBeLessThanOrEqual(RECORDS_OF_ALL)
    expect(aSecond).toBeCloseTo(Math.min(200, RECORDS_OF_ALL / replicas), 0)
    expect(batchesASecond * replicas).toBeLessThanOrEqual(1_000)
  }
})
