import { expect, test } from 'vitest'
import { TailShare } from '#sentinel/alerts/rarity/tail-share.js'
import { mulberry32 } from '../../../made-up/random.js'

/** A route on which records are as many times as often rare, after so many of them. */
function tailOf(times: number, records: number, seed = 1): TailShare {
  const random = mulberry32(seed)
  const tail = new TailShare()
  for (let i = 0; i < records; i++) tail.observe({ amongAll: -Math.log(random.uniform() / times) })
  return tail
}

test.each([1, 2, 3, 4, 5])('what chance makes of it is little: seed %i', (seed) => {
  expect(tailOf(1, 320, seed).excess).toBeLessThan(Math.log(2))
  expect(tailOf(1, 30_000, seed).excess).toBeLessThan(Math.log(1.15))
})

test.each([3, 10])('a route on which records are %i times as often rare is known by it', (times) => {
  expect(Math.exp(tailOf(times, 4000).excess) / times).toBeGreaterThan(0.85)
  expect(Math.exp(tailOf(times, 4000).excess) / times).toBeLessThan(1.15)
  // After a hundred records half of it is known, at least.
  expect(Math.exp(tailOf(times, 128).excess) / times).toBeGreaterThan(0.5)
})

test('before the first record there is no excess, and few that are rare make little', () => {
  const tail = new TailShare()
  expect(tail.excess).toBe(0)
  tail.observe({ amongAll: 12 })
  for (let i = 0; i < 63; i++) tail.observe({ amongAll: 0.5 })
  expect(tail.excess).toBe(0)
})

test('the last records are dropped where they turn out to be the first of an incident', () => {
  const tail = tailOf(1, 3200)
  const before = tail.excess
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 15; i++) tail.observe({ amongAll: 12 })
    tail.drop()
  }
  expect(tail.excess).toBe(before)
  for (let i = 0; i < 640; i++) tail.observe({ amongAll: 12 })
  expect(tail.excess).toBeGreaterThan(before + 1)
})

test('what was counted long ago fades', () => {
  const tail = tailOf(10, 4000)
  for (let i = 0; i < 100_000; i++) tail.observe({ amongAll: 0.5 })
  expect(tail.excess).toBe(0)
})

test('it goes on where it was captured', () => {
  const tail = tailOf(5, 700)
  const other = new TailShare()
  other.restore(tail.capture())
  for (const each of [tail, other]) for (let i = 0; i < 50; i++) each.observe({ amongAll: i / 8 })
  expect(other.excess).toBe(tail.excess)
  expect(other.excess).toBeGreaterThan(1)
})

test.each([
  [[-1, 10, 0, 0]],
  [[11, 10, 0, 0]],
  [[0, 1e9, 0, 0]],
  [[Number.NaN, 10, 0, 0]],
  [[1, 10, 0, 16]],
  [[1, 10, 2, 1]],
  [[1, 10]],
])('%j are no counts, and change nothing', (counts) => {
  const tail = tailOf(5, 700)
  const before = tail.excess
  expect(() => tail.restore({ counts: Float64Array.from(counts) })).toThrow()
  expect(tail.excess).toBe(before)
})
