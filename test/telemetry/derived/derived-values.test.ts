import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Detector } from '#sentinel/detector/detector.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { DeclarationError } from '#sentinel/telemetry/declared/declaration.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { DerivedValues } from '#sentinel/telemetry/derived/derived-values.js'
import { KEYS_MAX, KeyedSlots } from '#sentinel/telemetry/derived/keyed-slots.js'

const START_MS = Date.UTC(2026, 2, 1)

/** What a declared value is for each of some records in a row, in ms from the start. */
function valuesOf(from: string, records: readonly [number, object][], rest: object = {}): number[][] {
  const telemetry = declaredTelemetry({ timestamp: '/at', features: [{ name: 'v', from, ...rest }] })
  const derived = new DerivedValues(telemetry, true)
  return records.map(([ms, fields]) => {
    const record = { at: START_MS + ms, ...fields }
    derived.look(record)
    const values = derived.telemetry.features.map((feature) => feature.extract(record))
    derived.keep()
    return values
  })
}

describe('a value that is derived from one record', () => {
  test.each([
    ['length(/message)', { message: 'four' }, 4],
    ['length(items)', { items: [1, 2, 3] }, 3],
    ['length(message)', { message: 5 }, Number.NaN],
    ['entropy(token)', { token: 'aaaa' }, 0],
    ['entropy(token)', { token: 'abcd' }, 2],
    ['ratio(out, /usage/in)', { out: 30, usage: { in: 10 } }, 3],
    ['ratio(out, in)', { out: 30, in: 0 }, Number.NaN],
  ])('is what %s says of %j', (from, record, value) => {
    expect(valuesOf(from, [[0, record]])).toEqual([[value]])
  })

  test('a choice is a column of its own, and so is any other', () => {
    const of = (tier: unknown, rest = {}) =>
      valuesOf('one_of(tier, [free, pro, "no plan"])', [[0, { tier }]], rest)[0]
    expect(of('pro')).toEqual([0, 1, 0, 0])
    expect(of('no plan')).toEqual([0, 0, 1, 0])
    expect(of('gold')).toEqual([0, 0, 0, 1])
    expect(of(null)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN])
    expect(of('pro', { encoding: 'ordinal' })).toEqual([1])
    expect(of('gold', { encoding: 'ordinal' })).toEqual([30])
    expect(valuesOf('one_of(up, [false, true])', [[0, { up: true }]], { encoding: 'ordinal' })).toEqual([[1]])
  })

  test('a choice that never came is odd, and the reason says so', async () => {
    const telemetry = declaredTelemetry({
      features: [{ name: 'ms' }, { name: 'tier', from: 'one_of(tier, [free, pro])', label: 'plan' }],
    })
    const sentinel = await Sentinel.create({
      detector: { telemetry, fit: 'sync', nTrees: 30 },
      alerts: { mode: 'contamination' },
    })
    onTestFinished(() => sentinel.close())
    for (let i = 0; i < 1500; i++) sentinel.judge({ ms: 10 + (i % 7), tier: i % 3 === 0 ? 'pro' : 'free' })
    const judged = sentinel.judge({ ms: 12, tier: 'gold' })
    expect(judged?.anomaly?.reason).toMatch(/^Plan is none that was declared: 1/)
  })

  test('midnight is near both of its sides', () => {
    const [before, after] = valuesOf('hour_of_day', [
      [-60_000, {}],
      [60_000, {}],
    ]) as [number[], number[]]
    expect(before).toHaveLength(2)
    for (const [i, value] of before.entries())
      expect(Math.abs(value - (after[i] as number))).toBeLessThan(0.01)
  })
})

describe('a value that is derived from several records', () => {
  test('a count is of its route, within its window', () => {
    const a = { route: '/a' }
    const b = { route: '/b/17' }
    const records: [number, object][] = [
      [0, a],
      [1000, a],
      [2000, b],
      [3000, { route: '/b/18' }],
      [9000, a],
      [60_000, a],
    ]
    expect(valuesOf('count(route, 10s)', records).flat()).toEqual([1, 2, 1, 2, 3, 1])
  })

  test('of the window before so much counts as still lies within', () => {
    const records: [number, object][] = Array.from({ length: 10 }, (_, i) => [i * 1000, {}])
    const values = valuesOf('count(all, 10s)', [...records, [15_000, {}]]).flat()
    expect(values.at(-1)).toBe(1 + 10 * 0.5)
  })

  test('a rate is of those that a condition holds for, of who made them', () => {
    const failed = { user_id: 'eve', status: 401 }
    const fine = { user_id: 'ann', status: 200 }
    const records: [number, object][] = [
      [0, failed],
      [100, fine],
      [200, failed],
      [300, fine],
      [400, failed],
    ]
    expect(valuesOf('rate(where status>=400, key, 60s)', records).flat()).toEqual(
      [1, 0, 2, 0, 3].map((n) => n / 60),
    )
    expect(valuesOf('count(where status = 200, all, 1m)', records).flat()).toEqual([0, 1, 1, 2, 2])
  })

  test('nothing can be said of what came before the first', () => {
    const records: [number, object][] = [
      [0, { n: 5 }],
      [2500, { n: 7 }],
      [2000, { n: 4 }],
    ]
    expect(valuesOf('since_last(route)', records).flat()).toEqual([Number.NaN, 2.5, 0])
    expect(valuesOf('delta(n)', records).flat()).toEqual([Number.NaN, 2, -3])
    expect(valuesOf('delta(n)', records, { missing: 0 }).flat()).toEqual([0, 2, -3])
  })

  test('what is only tried out is not kept, and a restart goes on where it was', async () => {
    const telemetry = declaredTelemetry({
      timestamp: '/at',
      features: [{ name: 'n', from: 'count(user, 1h)' }, { name: 'ms' }],
    })
    const made = async () => {
      const detector = await Detector.create({ telemetry, fit: 'sync', nTrees: 20 })
      onTestFinished(() => detector.close())
      return detector
    }
    const record = (i: number) => ({ at: START_MS + i * 10, user: `u${i % 3}`, ms: i % 17 })
    const before = await made()
    for (let i = 0; i < 200; i++) {
      before.analyze(record(i))
      before.tryOut(record(i))
      before.dismiss()
    }
    const after = await made()
    after.restore(decodeState(encodeState(before.snapshot())) as ReturnType<typeof before.snapshot>)
    for (let i = 200; i < 260; i++) {
      const verdict = after.analyze(record(i), { detail: true })
      expect(verdict).toEqual(before.analyze(record(i), { detail: true }))
      expect(verdict.contributions[0]?.value).toBe(Math.floor(i / 3) + 1)
    }
  })

  test('memory is bounded, and who comes again and again is remembered', () => {
    const slots = new KeyedSlots(1)
    const touch = (key: string) => {
      const at = slots.find(key) < 0 ? slots.claim(key) : slots.find(key)
      slots.numbers[at] = (slots.numbers[at] as number) + 1
    }
    for (let i = 0; i < 5 * KEYS_MAX; i++) {
      touch(`made up ${i}`)
      touch('usual')
    }
    expect(slots.capture().keys).toHaveLength(KEYS_MAX)
    expect(slots.numbers[slots.find('usual')]).toBe(5 * KEYS_MAX)
  })
})

test('two hundred failed logins in a row are seen, though each is ordinary by itself', async () => {
  const telemetry = declaredTelemetry({
    timestamp: '/at',
    features: [
      { name: 'latency', unit: 'ms' },
      {
        name: 'failures',
        from: 'count(where status=401, ip, 60s)',
        label: 'failed logins',
        direction: 'high',
      },
    ],
  })
  const sentinel = await Sentinel.create({ detector: { telemetry, fit: 'sync' } })
  onTestFinished(() => sentinel.close())
  const login = (i: number, ip: string, status: number) =>
    sentinel.judge({ at: START_MS + i * 500, route: '/login', ip, status, latency: 80 + ((i * 31) % 40) })
  let falsely = 0
  for (let i = 0; i < 3000; i++)
    if (login(i, `10.0.0.${(i * 7) % 50}`, i % 9 === 0 ? 401 : 200)?.anomaly) falsely++
  const told = Array.from({ length: 200 }, (_, i) => login(3000 + i, '203.0.113.9', 401)?.anomaly ?? null)
  expect(falsely).toBeLessThan(15)
  expect(told.filter((anomaly) => anomaly !== null).length).toBeGreaterThan(100)
  expect(told.find((anomaly) => anomaly !== null)?.feature).toBe('failures')
})

test('a record that says to be of the far future counts as one of now, and stops no window for those behind it', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START_MS })
  onTestFinished(() => void vi.useRealTimers())
  const telemetry = declaredTelemetry({
    features: [
      { name: 'x' },
      { name: 'pause', from: 'since_last(all)' },
      { name: 'often', from: 'count(all, 10s)' },
    ],
  })
  const sentinel = await Sentinel.create({ detector: { telemetry } })
  onTestFinished(() => sentinel.close())
  const seen: number[][] = []
  sentinel.join({ judged: (_route, { values }) => void seen.push([...Array.from(values).slice(1)]) })
  sentinel.judge({ x: 1 }, { atMs: 8.64e15 })
  for (let n = 1; n <= 3; n++) {
    vi.setSystemTime(START_MS + n * 60_000)
    sentinel.judge({ x: 1 })
  }
  expect(seen.slice(1)).toEqual([
    [60, 1],
    [60, 1],
    [60, 1],
  ])
})

test.each([
  ['shout(x)', 'there is no shout; there are length(text), entropy(text)'],
  ['count(route)', 'it needs a duration'],
  ['count(route, 10 parsecs)', 'it needs a duration'],
  ['one_of(x)', 'it is written one_of(field, [a, b])'],
  ['one_of(x, free)', 'it needs a list'],
  ['rate(where x, route, 1m)', 'must be a condition'],
  ['length(/__proto__)', '__proto__ is no name of a field'],
  ['length(', 'it must be a JSON pointer'],
])('%s is refused: %s', (from, message) => {
  const declare = () => declaredTelemetry({ features: [{ name: 'v', from }] })
  expect(declare).toThrow(DeclarationError)
  expect(declare).toThrow(message)
})
