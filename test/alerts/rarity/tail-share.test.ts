import { expect, test } from 'vitest'
import { TailShare } from '#sentinel/alerts/rarity/tail-share.js'
import { mulberry32 } from '../../../made-up/random.js'

/** A route on which records are as many times as often rare, after so many of them. */
function tailOf(times: number, records: number, seed = 1): TailShare {
  const random = mulberry32(seed)
  const tail = new TailShare()
  for (let i = 0; i < records; i++) tail.observe(-Math.log(random.uniform() / times))
  return tail
}

test.each([1, 2, 3, 4, 5])('what chance explains is no excess: seed %i', (seed) => {
  expect(tailOf(1, 300, seed).excess).toBeLessThan(Math.log(1.6))
  expect(tailOf(1, 30_000, seed).excess).toBeLessThan(Math.log(1.1))
})

test.each([3, 10])('a route on which records are %i times as often rare is known by it', (times) => {
  expect(Math.exp(tailOf(times, 4000).excess) / times).toBeGreaterThan(0.8)
  expect(Math.exp(tailOf(times, 4000).excess) / times).toBeLessThan(1.1)
  // After a hundred records half of it is known.
  expect(Math.exp(tailOf(times, 100).excess) / times).toBeGreaterThan(0.3)
})

test('before the first record there is no excess, and the first that is rare makes none', () => {
  const tail = new TailShare()
  expect(tail.excess).toBe(0)
  tail.observe(12)
  expect(tail.excess).toBe(0)
})

test('what was counted long ago fades', () => {
  const tail = tailOf(10, 4000)
  for (let i = 0; i < 20_000; i++) tail.observe(0.5)
  expect(tail.excess).toBe(0)
})

test('it goes on where it was captured', () => {
  const tail = tailOf(5, 700)
  const other = new TailShare()
  other.restore(tail.capture())
  for (const each of [tail, other]) for (let i = 0; i < 50; i++) each.observe(i / 8)
  expect(other.excess).toBe(tail.excess)
  expect(other.excess).toBeGreaterThan(1)
})

test.each([[[-1, 10]], [[11, 10]], [[0, 1e9]], [[Number.NaN, 10]], [[1]]])(
  '%j are no counts, and change nothing',
  (counts) => {
    const tail = tailOf(5, 700)
    const before = tail.excess
    expect(() => tail.restore({ counts: Float64Array.from(counts) })).toThrow()
    expect(tail.excess).toBe(before)
  },
)
