import { expect, test } from 'vitest'
import { AlertsStateError } from '#sentinel/alerts/captured.js'
import { Lookalikes } from '#sentinel/alerts/rarity/lookalikes.js'
import { UsualValue } from '#sentinel/alerts/rarity/usual-value.js'
import { mulberry32 } from '../../../made-up/random.js'

const ROUTE_RECORDS = 16

/** Features whose first values were these. */
function usual(...first: readonly (readonly number[])[]): UsualValue[] {
  return first.map((values) => {
    const feature = new UsualValue(20_000, 'high')
    feature.begin(Float64Array.from(values))
    return feature
  })
}

/** Counts of values by the kind of record that they make. */
class Counted {
  readonly features: readonly UsualValue[]
  readonly lookalikes: Lookalikes

  constructor(features: readonly UsualValue[]) {
    this.features = features
    this.lookalikes = new Lookalikes(features.length)
    this.lookalikes.begin(features)
  }

  look(values: readonly number[]): Lookalikes {
    const distances = Float64Array.from(values, (_, f) => {
      const feature = this.features[f] as UsualValue
      feature.measure(values, f)
      return feature.distance
    })
    this.lookalikes.look(this.features, distances, 0)
    return this.lookalikes
  }

  add(values: readonly number[], times = 1): void {
    for (let i = 0; i < times; i++) this.look(values).add(1)
  }
}

const varied = Array.from({ length: 16 }, (_, i) => 50 + 10 * i)
const constant = Array.from({ length: 16 }, () => 0)

test('a kind has the share of the records that were of it, less one standard deviation, and the rest has none', () => {
  const counted = new Counted(usual(varied, constant))
  counted.add([100, 0], 75)
  counted.add([3000, 0], 25)
  expect(counted.look([3000, 0]).leastShare()).toBeCloseTo((25 - 5) / (100 + ROUTE_RECORDS), 10)
  expect(counted.look([100, 0]).leastShare()).toBeCloseTo((75 - Math.sqrt(75)) / (100 + ROUTE_RECORDS), 10)
  for (const other of [
    [1000, 0],
    [100, 1],
    [3000, 1],
  ])
    expect(counted.look(other).leastShare()).toBe(0)
})

test('what came once may have been chance', () => {
  const counted = new Counted(usual(varied))
  counted.add([100])
  expect(counted.look([100]).leastShare()).toBe(0)
  counted.add([100])
  expect(counted.look([100]).leastShare()).toBeGreaterThan(0)
})

test('values are alike within a step of half a natural logarithm, of what was constant only if they are the same', () => {
  const counted = new Counted(
    usual(
      varied,
      varied.map(() => 100),
    ),
  )
  counted.add([100, 100], 50)
  const alike = (values: readonly number[]): boolean => counted.look(values).leastShare() > 0
  expect(alike([100, 100])).toBe(true)
  expect(alike([101, 100])).toBe(true)
  for (const factor of [1.7, 3, 10, 1 / 1.7]) expect(alike([100 * factor, 100])).toBe(false)
  expect(alike([100, 106])).toBe(false)
})

test('a kind is known whatever the usual value has come to', () => {
  const features = usual(varied)
  const counted = new Counted(features)
  counted.add([3000], 20)
  const before = counted.look([3000]).leastShare()
  const far = Float64Array.of(0.5)
  for (let i = 0; i < 2000; i++) features[0]?.learn(far, 0, 1, 400)
  expect(counted.look([3000]).leastShare()).toBe(before)
})

test('a kind that no longer comes fades', () => {
  const counted = new Counted(usual(varied))
  counted.add([3000], 10_000)
  counted.add([100], 40_000)
  expect(counted.look([3000]).leastShare()).toBeLessThan(0.2)
  counted.add([100], 300_000)
  expect(counted.look([3000]).leastShare()).toBe(0)
  expect(counted.look([100]).leastShare()).toBeGreaterThan(0.98)
})

test('any number of kinds leaves the common ones their share, and lends nobody one', () => {
  const counted = new Counted(usual(varied, varied))
  const random = mulberry32(4)
  for (let i = 0; i < 15_000; i++) {
    counted.add([100, 100])
    counted.add([Math.exp(16 * random.uniform()), Math.exp(16 * random.uniform())])
  }
  expect(counted.look([100, 100]).leastShare()).toBeGreaterThan(0.45)
  for (let i = 0; i < 1000; i++) {
    const strange = [-Math.exp(8 + 8 * random.uniform()), Math.exp(16 * random.uniform())]
    expect(counted.look(strange).leastShare()).toBe(0)
  }
})

test('goes on where it was captured', () => {
  const counted = new Counted(usual(varied, constant))
  const random = mulberry32(5)
  for (let i = 0; i < 30_000; i++) counted.add([Math.exp(8 * random.uniform()), 0])
  const restored = new Counted(usual(varied, varied))
  restored.lookalikes.restore(counted.lookalikes.capture())
  expect(restored.lookalikes.capture()).toEqual(counted.lookalikes.capture())
  for (const latency of [1, 20, 400]) {
    for (const each of [counted, restored]) each.add([latency, 0])
    expect(restored.look([latency, 0]).leastShare()).toBe(counted.look([latency, 0]).leastShare())
  }
})

test('refuses what was never captured, and keeps what it has', () => {
  const counted = new Counted(usual(varied))
  counted.add([100], 5)
  const before = counted.lookalikes.capture()
  const { kinds, total, steps } = before as unknown as {
    kinds: Float32Array
    total: number
    steps: Float64Array
  }
  for (const bad of [
    { kinds: kinds.slice(1), total, steps },
    { kinds: Float32Array.of(512, 1, 1), total, steps },
    { kinds: Float32Array.of(1, 2 ** 16, 1), total, steps },
    { kinds: Float32Array.of(1, 1, 0.5), total, steps },
    { kinds: Float32Array.of(1, 1, -1), total, steps },
    { kinds, total: -1, steps },
    { kinds, total: 4, steps },
    { kinds: Float32Array.of(1, 1, 30_000), total: 20, steps },
    { kinds, total: 20_001, steps },
    { kinds, total, steps: Float64Array.of(0) },
    { kinds, total, steps: Float64Array.of(1, 1) },
    { total, steps },
    null,
  ])
    expect(() => counted.lookalikes.restore(bad)).toThrow(AlertsStateError)
  expect(counted.lookalikes.capture()).toEqual(before)
})
