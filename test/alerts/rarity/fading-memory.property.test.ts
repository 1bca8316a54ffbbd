import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AlertsStateError } from '#sentinel/alerts/captured.js'
import { BINS, FadingMemory } from '#sentinel/alerts/rarity/fading-memory.js'

const bins = fc.array(fc.integer({ min: 0, max: BINS - 1 }), { maxLength: 300 })

const atLeast = (memory: FadingMemory, bin: number): number => memory.partsAtLeast(bin) / memory.parts
const within = (memory: FadingMemory, bin: number): number => atLeast(memory, bin) - atLeast(memory, bin + 1)

/** Adds the values; the weight of each bin, by counting those that the memory says are counted. */
function counted(memory: FadingMemory, values: readonly number[]): Float64Array {
  const weights = new Float64Array(BINS)
  let total = 0
  let waiting: number[] = []
  for (const bin of values) {
    waiting.push(bin)
    if (!memory.add(bin)) continue
    for (const each of waiting) weights[each] = (weights[each] as number) + 1
    total += waiting.length
    waiting = []
    if (total <= memory.capacity) continue
    for (let i = 0; i < BINS; i++) weights[i] = (weights[i] as number) / 2
    total /= 2
  }
  return weights
}

test('the weight at and above a bin is what counting one by one gives, through any number of halvings', () => {
  fc.assert(
    fc.property(
      bins,
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 0, max: BINS - 1 }),
      (values, capacity, bin) => {
        const memory = new FadingMemory(capacity)
        const weights = counted(memory, values)
        expect(atLeast(memory, bin)).toBeCloseTo(
          weights.slice(bin).reduce((a, b) => a + b, 0),
          3,
        )
        expect(within(memory, bin)).toBeCloseTo(weights[bin] as number, 3)
        expect(memory.total).toBeLessThanOrEqual(capacity)
      },
    ),
    { seed: 1 },
  )
})

test('one value in 64 waits to be counted, 128 at most, and each is counted once', () => {
  const memory = new FadingMemory(20_000)
  const odd: number[] = []
  let waiting = 0
  for (let i = 0; i < 15_000; i++) {
    waiting = memory.add((i * i * 7919) % BINS) ? 0 : waiting + 1
    const few = waiting <= Math.min(128, Math.max(0, memory.total / 64))
    if (memory.total !== i + 1 - waiting || !few) odd.push(i)
  }
  expect(odd).toEqual([])
  expect(memory.total).toBeGreaterThan(15_000 - 128)
})

test('the bin of a rank has that weight at and above it, and the next one has less', () => {
  fc.assert(
    fc.property(bins, fc.double({ min: 0.5, max: 300, noNaN: true }), (values, rank) => {
      const memory = new FadingMemory(1000)
      for (const value of values) memory.add(value)
      const bin = memory.binOfRank(rank)
      if (memory.total < rank) expect(bin).toBe(0)
      else {
        expect(atLeast(memory, bin)).toBeGreaterThanOrEqual(rank)
        if (bin + 1 < BINS) expect(atLeast(memory, bin + 1)).toBeLessThan(rank)
      }
    }),
    { seed: 2 },
  )
})

test('the occupied bins from one up are those that hold something, as far as it was asked', () => {
  fc.assert(
    fc.property(
      bins,
      fc.integer({ min: 0, max: BINS - 1 }),
      fc.integer({ min: 1, max: 40 }),
      (values, bin, most) => {
        const memory = new FadingMemory(1000)
        const weights = counted(memory, values)
        const occupied = weights.slice(bin).filter((weight) => weight > 0).length
        expect(memory.occupied(bin, most)).toBe(Math.min(occupied, most))
      },
    ),
    { seed: 4 },
  )
})

test('a restored memory ranks and goes on as the captured one', () => {
  fc.assert(
    fc.property(bins, bins, (before, after) => {
      const one = new FadingMemory(300)
      for (const bin of before) one.add(bin)
      const other = new FadingMemory(300)
      other.restore(one.capture())
      expect(other.capture()).toEqual(one.capture())
      for (const bin of after) {
        one.add(bin)
        other.add(bin)
      }
      for (let bin = 0; bin < BINS; bin += 31) expect(atLeast(other, bin)).toBe(atLeast(one, bin))
    }),
    { seed: 3 },
  )
})

test('every sum is exact, whatever was added and halved, and so does not depend on its order', () => {
  const memory = new FadingMemory(1000)
  for (let i = 0; i < 60_000; i++) memory.add((i * i * 7919) % BINS)
  const weights = Float64Array.from({ length: BINS }, (_, bin) => within(memory, bin))
  for (let bin = 0; bin < BINS; bin += 7)
    expect(atLeast(memory, bin)).toBe(weights.slice(bin).reduce((a, b) => a + b, 0))
  expect(memory.total).toBe(weights.reduce((a, b) => a + b, 0))
})

test('a captured memory leaves out the empty bins around, one that has them all is read, and what is none is refused', () => {
  const memory = new FadingMemory(50)
  for (const bin of [500, 502, 502, 510]) memory.add(bin)
  expect(memory.capture()).toEqual({
    bins: Float32Array.of(1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1),
    from: 500,
    late: new Float32Array(0),
  })
  const all = new Float32Array(BINS)
  for (let bin = 0; bin < BINS; bin++) all[bin] = within(memory, bin)
  const other = new FadingMemory(50)
  other.add(3)
  other.restore({ bins: all, total: Float64Array.of(4) })
  expect(other.capture()).toEqual(memory.capture())
  expect(other.total).toBe(4)
  expect(new FadingMemory(50).capture()).toEqual({
    bins: new Float32Array(0),
    from: BINS,
    late: new Float32Array(0),
  })
  for (const none of [
    {},
    { bins: [1], from: 0 },
    { bins: Float32Array.of(-1), from: 0 },
    { bins: Float32Array.of(Number.NaN), from: 0 },
    { bins: Float32Array.of(52), from: 0 },
    { bins: Float32Array.of(1, 1), from: BINS - 1 },
    { bins: Float32Array.of(1), from: 0.5 },
    { bins: Float32Array.of(1), from: 'x' },
    { bins: new Float32Array(BINS + 1) },
    { bins: Float32Array.of(1), from: 0, late: [1] },
    { bins: Float32Array.of(1), from: 0, late: Float32Array.of(0.5) },
    { bins: Float32Array.of(1), from: 0, late: Float32Array.of(BINS) },
    { bins: Float32Array.of(1), from: 0, late: new Float32Array(128) },
  ])
    expect(() => other.restore(none), JSON.stringify(none)).toThrow(AlertsStateError)
  expect(other.capture()).toEqual(memory.capture())
})

test('all values move by as many bins, and the outermost take what would leave', () => {
  fc.assert(
    fc.property(
      bins,
      fc.oneof(fc.integer({ min: -BINS, max: BINS }), fc.integer({ min: -20 * BINS, max: 20 * BINS })),
      fc.integer({ min: 0, max: BINS - 1 }),
      (values, by, bin) => {
        const [moved, expected] = [new FadingMemory(1000), new FadingMemory(1000)]
        for (const value of values) moved.add(value)
        moved.move(by)
        for (const value of values) expected.add(Math.min(Math.max(value + by, 0), BINS - 1))
        expect(moved.total).toBe(expected.total)
        expect(atLeast(moved, bin)).toBe(atLeast(expected, bin))
        expect(moved.capture()).toEqual(expected.capture())
      },
    ),
  )
})

test.each([3, 600, -600])('what waits to be counted moves along by %i, and none of it is lost', (by) => {
  const memory = new FadingMemory(1000)
  let waiting = 0
  for (let i = 0; i < 400; i++) waiting = memory.add(500 + (i % 3)) ? 0 : waiting + 1
  for (; waiting < 2; waiting++) expect(memory.add(500)).toBe(false)
  memory.move(by)
  expect(memory.capture()).toMatchObject({
    late: new Float32Array(waiting).fill(Math.min(Math.max(500 + by, 0), BINS - 1)),
  })
  const before = memory.total
  for (let i = 0; i < 10; i++) if (memory.add(0)) break
  expect(memory.total).toBeGreaterThan(before + waiting)
})
