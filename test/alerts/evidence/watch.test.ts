import { expect, test } from 'vitest'
import { AlertsStateError, type Captured } from '#sentinel/alerts/captured.js'
import { type IncidentKind, KeptIncident } from '#sentinel/alerts/evidence/gathered-incident.js'
import { reheatOf, Watch } from '#sentinel/alerts/evidence/watch.js'

const ODD = 2
const ORDINARY = -0.5

function watchOf(shifted = -1, kind: IncidentKind = shifted < 0 ? 'spike' : 'shift', gapMs = 20): Watch {
  const opening = {
    kind,
    route: '/run',
    feature: 'latency',
    direction: 'high' as const,
    usual: 100,
    nowMs: 0,
    gapMs,
  }
  return new Watch(new KeptIncident(1, opening), true, shifted, 0, gapMs)
}

/** Ordinary records until it has cooled down. */
function ordinaryToCool(watch: Watch): number {
  for (let n = 1; ; n++) if (watch.feel(ORDINARY, n)) return n
}

function feelOdd(watch: Watch, records: number): void {
  for (let n = 0; n < records; n++) watch.feel(ODD, n)
}

test('a few odd records cool down within a few ordinary ones, and not within fewer', () => {
  expect(ordinaryToCool(watchOf())).toBe(3)
  const watch = watchOf()
  feelOdd(watch, 3)
  expect(ordinaryToCool(watch)).toBe(4)
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

test('what goes on inside an incident is taken for usual after 1,000 odd records, or after 200 and four hours', () => {
  const frozen = (records: number, hours: number): boolean => {
    const watch = watchOf()
    for (let n = 1; n <= records; n++) watch.feel(ODD, (n * hours * 3_600_000) / records)
    return watch.freezesLearning(false)
  }
  expect(frozen(1000, 1)).toBe(true)
  expect(frozen(1001, 1)).toBe(false)
  expect(frozen(900, 3.9)).toBe(true)
  expect(frozen(201, 4)).toBe(false)
  expect(frozen(200, 9)).toBe(true)
})

test('after a restart it cools down after as many records', () => {
  const watch = watchOf()
  feelOdd(watch, 100)
  const restored = Watch.restored(watch.capture())
  expect(ordinaryToCool(restored)).toBe(ordinaryToCool(watch))
})

test('it goes on after a restart as it was, to the last number', () => {
  for (const watch of [watchOf(), watchOf(1), watchOf(-1, 'silence')]) {
    feelOdd(watch, 7)
    watch.feel(ORDINARY, 90)
    const captured = watch.capture()
    expect(Watch.restored(captured).capture()).toEqual(captured)
    ordinaryToCool(watch)
    watch.reheat(-1)
    expect(Watch.restored(watch.capture()).began).toBe(watch.began)
    ordinaryToCool(watch)
    expect(Watch.restored(watch.capture()).hot).toBe(false)
  }
})

test('one of before it was known what an incident began with is read, and what has fewer numbers is refused', () => {
  const { incident, numbers } = watchOf(1).capture() as { incident: Captured; numbers: Float64Array }
  expect(Watch.restored({ incident, numbers: numbers.subarray(0, 7) }).began).toBe(1)
  expect(() => Watch.restored({ incident, numbers: numbers.subarray(0, 6) })).toThrow(AlertsStateError)
})

test('a silent route is never calm, any other is more than a minute after it was hot', () => {
  const [spike, silence] = [watchOf(), watchOf(-1, 'silence')]
  for (const watch of [spike, silence]) watch.hotMs = 1000
  expect(spike.silent).toBe(false)
  expect([61_000, 61_001].map((ms) => spike.isOver(ms))).toEqual([false, true])
  expect(silence.silent).toBe(true)
  expect(silence.isOver(1e9)).toBe(false)
})

test.each([
  ['a minute where records come every three seconds', 3000, 60_000],
  ['twenty usual gaps where they come every half minute', 30_000, 600_000],
  ['an hour where they come every ten minutes', 600_000, 3_600_000],
])('it is calm after %s, also after a restart', (_what, gapMs, calmMs) => {
  const watch = watchOf(-1, 'spike', gapMs)
  for (const each of [watch, Watch.restored(watch.capture())])
    expect([calmMs, calmMs + 1].map((ms) => each.isOver(ms))).toEqual([false, true])
})

test('it takes the more evidence to heat it up again the more records there are in five minutes, and never little', () => {
  expect(reheatOf(20)).toBeCloseTo(Math.log(15_000), 12)
  expect(reheatOf(1000)).toBeCloseTo(Math.log(300), 12)
  // Of records an hour apart a hundred to one is asked for; of those with no known gap as of one each millisecond.
  expect(reheatOf(3_600_000)).toBeCloseTo(Math.log(100), 12)
  expect(reheatOf(0)).toBeCloseTo(Math.log(300_000), 12)
})

test('it cools from hot to cold by degrees; where a shift is the evidence it is hot or it is not', () => {
  const [spike, shift] = [watchOf(), watchOf(0)]
  feelOdd(spike, 30)
  const coolness = [0]
  while (!spike.feel(ORDINARY, 1)) coolness.push(spike.coolness)
  expect(coolness.length).toBeGreaterThan(3)
  expect(coolness).toEqual([...coolness].sort((a, b) => a - b))
  expect(Math.max(...coolness)).toBeLessThan(1)
  shift.feel(ORDINARY, 1)
  expect(shift.coolness).toBe(0)
})

test('nothing is learnt from its first thousand odd records, of an expected change from the first 200', () => {
  for (const [expected, records] of [
    [false, 1000],
    [true, 200],
  ] as const) {
    const watch = watchOf()
    watch.feel(0, 1)
    feelOdd(watch, records)
    expect(watch.freezesLearning(expected)).toBe(true)
    watch.feel(ODD, 1)
    expect(watch.freezesLearning(expected)).toBe(false)
    const shift = watchOf(0)
    for (let n = 0; n <= records; n++) shift.feel(-0.001, 1)
    expect(shift.freezesLearning(expected)).toBe(false)
  }
  const cold = watchOf()
  ordinaryToCool(cold)
  expect(cold.freezesLearning(false)).toBe(false)
})
