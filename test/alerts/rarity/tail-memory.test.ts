import { describe, expect, test } from 'vitest'
import { eValue } from '#sentinel/alerts/evidence/betting.js'
import { TailMemory } from '#sentinel/alerts/rarity/tail-memory.js'
import { mulberry32 } from '../../../made-up/random.js'

const SHAPE = { lowest: 0, binsAUnit: 32, leastRate: 0.5, mostRate: 2 }
const exponential = (seed: number): (() => number) => {
  const random = mulberry32(seed)
  return () => -Math.log(1 - random.uniform())
}

const add = (memory: TailMemory, value: number): void => {
  memory.value = value
  memory.add()
}
const surpriseOf = (memory: TailMemory, value: number): number => {
  memory.value = value
  memory.rank()
  return memory.surprise
}
const payoffOf = (memory: TailMemory, value: number): number => {
  memory.value = value
  memory.bet()
  return memory.payoff
}

describe('p from a memory', () => {
  test('is at most q for about a share q of exchangeable values, down to 1 in 1000', () => {
    const next = exponential(7)
    const memory = new TailMemory(20_000, SHAPE)
    for (let i = 0; i < 5000; i++) add(memory, next())
    for (const q of [0.1, 0.01, 0.001]) {
      let below = 0
      const n = 60_000
      for (let i = 0; i < n; i++) {
        const value = next()
        if (surpriseOf(memory, value) >= -Math.log(q)) below += 1
        add(memory, value)
      }
      expect(below / n / q).toBeGreaterThan(0.5)
      expect(below / n / q).toBeLessThan(1.6)
    }
  })

  test('is the rank among what was added, by bins, as far as the knee; and so are the share above and the payoff', () => {
    const next = exponential(9)
    const memory = new TailMemory(20_000, SHAPE)
    const binOf = (value: number): number => Math.max(0, Math.floor(value * SHAPE.binsAUnit + 0.5))
    const bins: number[] = []
    for (let i = 0; i < 2000; i++) {
      const value = next()
      add(memory, value)
      bins.push(binOf(value))
    }
    // The last ones wait to be counted.
    const n = memory.total
    expect(n).toBeGreaterThan(1960)
    bins.length = n
    for (const value of [-3, 0, 0.01, 0.3, 0.7, 1.9, 3.1]) {
      const within = bins.filter((bin) => bin === binOf(value)).length
      const atLeast = bins.filter((bin) => bin >= binOf(value)).length
      const p = (1 + atLeast) / (n + 1)
      expect(surpriseOf(memory, value)).toBeCloseTo(-Math.log(p), 12)
      expect(memory.p).toBeCloseTo(p, 12)
      memory.p = Number.NaN
      expect(memory.rankShare()).toBe(true)
      expect(memory.p).toBeCloseTo(p, 12)
      expect(memory.atLeast()).toBeCloseTo(atLeast, 9)
      const payoff = payoffOf(memory, value)
      expect(payoff / eValue(-Math.log(p))).toBeCloseTo(1, 2)
      expect(memory.upperShare).toBeCloseTo((0.5 + atLeast - 0.5 * within) / (n + 1), 12)
    }
    // From here on fewer than the knee's weight are left.
    memory.value = 5
    expect(memory.rankShare()).toBe(false)
  })

  test('falls beyond the knee as fast as the values around it do', () => {
    for (const rate of [0.7, 1, 1.5]) {
      const memory = new TailMemory(20_000, SHAPE)
      // As exponential as it can be, in no order; looked at all along: what is known of the tail must follow.
      for (let i = 0; i < 4000; i++) {
        add(memory, -Math.log((((i * 1447) % 4000) + 0.5) / 4000) / rate)
        surpriseOf(memory, 20)
      }
      const knee = Math.log(4000 / 24) / rate
      const slope = surpriseOf(memory, knee + 2) - surpriseOf(memory, knee + 1)
      // 24 values do not know it better, and the predictive tail is less steep than theirs.
      expect(slope / rate).toBeGreaterThan(0.8)
      expect(slope / rate).toBeLessThan(1)
    }
  })

  test('never grows with the value, on both sides of the knee', () => {
    const next = exponential(8)
    const memory = new TailMemory(20_000, SHAPE)
    for (let i = 0; i < 3000; i++) add(memory, next())
    const odd: number[] = []
    let last = 0
    for (let value = 0; value < 200; value += 0.01) {
      const surprise = surpriseOf(memory, value)
      const fits = surprise >= last - 1e-9 && Math.abs(memory.p - Math.exp(-surprise)) < 5e-13
      if (!fits) odd.push(value)
      last = surprise
    }
    expect(odd).toEqual([])
    expect(last).toBeGreaterThan(Math.log(1e6))
  })

  test('of a value that a feature of few values never had is one in all of them, not nothing', () => {
    const memory = new TailMemory(20_000, SHAPE)
    for (let i = 0; i < 1000; i++) add(memory, 0)
    expect(surpriseOf(memory, 0.9)).toBeCloseTo(Math.log(1 + memory.total), 6)
  })

  test('is no surer of what lies beyond a few different values than those can tell', () => {
    const memory = new TailMemory(20_000, SHAPE)
    const random = mulberry32(10)
    for (let i = 0; i < 4000; i++) add(memory, random.uniform() < 0.98 ? 0 : random.uniform() < 0.7 ? 1 : 1.2)
    // A tail of 24 values as steep as that would be a million times as rare.
    expect(surpriseOf(memory, 12) - surpriseOf(memory, 1.2)).toBeLessThan(Math.log(1000))
  })

  test('pays as the formula does where the table is used', () => {
    const next = exponential(9)
    const memory = new TailMemory(20_000, SHAPE)
    for (let i = 0; i < 3000; i++) add(memory, next())
    for (let value = 0; value < 12; value += 0.1)
      expect(payoffOf(memory, value) / eValue(surpriseOf(memory, value))).toBeCloseTo(1, 1)
  })
})
