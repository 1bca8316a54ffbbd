import { expect, test } from 'vitest'
import { KeptIncident } from '#sentinel/alerts/evidence/gathered-incident.js'
import { Watch } from '#sentinel/alerts/evidence/watch.js'

const ODD = 2
const ORDINARY = -0.5

function watchOf(shifted = -1): Watch {
  const opening = {
    kind: shifted < 0 ? ('spike' as const) : ('shift' as const),
    route: '/run',
    feature: 'latency',
    direction: 'high' as const,
    usual: 100,
    nowMs: 0,
    gapMs: 20,
  }
  return new Watch(new KeptIncident(1, opening), true, shifted, 0, 20)
}

/** Ordinary records until it has cooled down. */
function ordinaryToCool(watch: Watch): number {
  for (let n = 1; ; n++) if (watch.feel(ORDINARY, n)) return n
}

function feelOdd(watch: Watch, records: number): void {
  for (let n = 0; n < records; n++) watch.feel(ODD, n)
}

test('a few odd records cool down within a few ordinary ones', () => {
  const watch = watchOf()
  feelOdd(watch, 3)
  expect(ordinaryToCool(watch)).toBeLessThanOrEqual(4)
})

test('the longer a flood lasts, the more ordinary records may come between, up to what a shift bears', () => {
  const needed = [3, 30, 300, 3000].map((records) => {
    const watch = watchOf()
    feelOdd(watch, records)
    return ordinaryToCool(watch)
  })
  expect(needed).toEqual([...needed].sort((a, b) => a - b))
  expect(new Set(needed).size).toBe(needed.length)
  expect(needed.at(-1)).toBeLessThanOrEqual(ordinaryToCool(watchOf(0)))
})

test('a flood of which every other record is ordinary stays hot', () => {
  const watch = watchOf()
  feelOdd(watch, 100)
  for (let n = 0; n < 200; n++) watch.feel(n % 2 === 0 ? ORDINARY : ODD, n)
  expect(watch.hot).toBe(true)
})

test('after a restart it cools down after as many records', () => {
  const watch = watchOf()
  feelOdd(watch, 100)
  const restored = Watch.restored(watch.capture())
  expect(ordinaryToCool(restored)).toBe(ordinaryToCool(watch))
})
