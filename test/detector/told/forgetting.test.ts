import { describe, expect, test } from 'vitest'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { madeUpTraffic } from '../../../made-up/traffic.js'
import { baselineOf, bytesOf, clean, detectorOf, feed, longest, taught } from './subject.js'

describe('forgetting', () => {
  test('takes matching records out of baseline and profile, and the next forest knows them no more', async () => {
    const detector = await taught(600)
    const route = clean[0]?.route as string
    const slow = { latency: 4000, input_length: 900, errors: 0, route }
    await feed(
      detector,
      Array.from({ length: 200 }, (_, i) => ({ ...slow, latency: 4000 + i })),
      'expected',
    )
    expect(detector.rate(slow).anomalous).toBe(false)
    expect(longest(detector, route)).toMatchObject({ known: 4199, profile: 4199 })
    const { generation } = detector
    const gone = detector.forget((name, { 0: latency = 0 }) => name === route && latency >= 4000)
    expect(gone.baseline).toBeGreaterThan(150)
    expect(gone.profiles).toBeGreaterThan(100)
    await detector.settled()
    expect(detector.generation).toBe(generation + 1)
    const { known, profile } = longest(detector, route)
    expect(Math.max(known, profile)).toBeLessThan(4000)
    expect(detector.rate(slow).anomalous).toBe(true)
  })

  test('takes the odd ones that were kept aside, too, and leaves the others in their order', async () => {
    const detector = await taught(3000)
    const before = baselineOf(detector).odd
    const route = before.routes[0] as string
    const { setAside } = detector.forget((name) => name === route)
    const after = baselineOf(detector).odd
    expect(setAside).toBe(before.routes.filter((name) => name === route).length)
    expect(after.routes).toEqual(before.routes.filter((name) => name !== route))
  })

  test('what matches nothing changes nothing and asks for no fit', async () => {
    const detector = await taught(600)
    const before = bytesOf(detector)
    expect(detector.forget(() => false)).toEqual({ baseline: 0, profiles: 0, setAside: 0 })
    await detector.settled()
    expect(bytesOf(detector)).toEqual(before)
  })

  test('with less left than a first fit needs, the rules decide until there is enough again', async () => {
    const detector = await taught(600, { rules: { latency: 5000 } })
    const kept = new Set(baselineOf(detector).known.values.slice(0, 60))
    detector.forget((_name, { 0: latency = 0 }) => !kept.has(latency))
    expect(detector).toMatchObject({ trained: false, historySize: 20, samplesNeeded: 30 })
    expect(detector.rate({ latency: 6000, input_length: 1, errors: 0 }).detector).toBe('heuristic')
    await feed(detector, clean.slice(600, 629))
    expect(detector).toMatchObject({ trained: false, samplesNeeded: 1 })
    await feed(detector, clean.slice(629, 630))
    expect(detector.trained).toBe(true)
  })

  test('a fit under way with what is forgotten is not taken over when too little is left', async () => {
    const detector = await taught(649)
    detector.analyze(clean[649] as Telemetry)
    detector.forget(() => true)
    await detector.settled()
    expect(detector.trained).toBe(false)
  })

  test('takes rows out of a plain window, which keeps no routes', async () => {
    const detector = await taught(600, { baseline: 'window', historyMax: 200 })
    const before = detector.snapshot().window as Float32Array
    const limit = 100
    const rows = Array.from({ length: 200 }, (_, i) => before.subarray(3 * i, 3 * i + 3))
    const left = rows.filter(([latency = 0]) => latency <= limit)
    const { baseline } = detector.forget((name, { 0: latency = 0 }) => name === '' && latency > limit)
    expect(baseline).toBe(200 - left.length)
    expect(detector.snapshot().window).toEqual(Float32Array.from(left.flatMap((row) => [...row])))
  })
})

describe('a reset', () => {
  test.each(['guarded', 'window'] as const)(
    'gives the verdicts of a fresh start, even with a fit under way: %s',
    async (baseline) => {
      const fresh = await detectorOf({ baseline })
      const used = await taught(649, { baseline })
      used.analyze(clean[649] as Telemetry)
      used.reset()
      await used.settled()
      expect(used).toMatchObject({ trained: false, historySize: 0, samplesNeeded: 50 })
      const records = madeUpTraffic(400, 5)
      await feed(fresh, records)
      await feed(used, records)
      const probe = madeUpTraffic(1, 9)[0] as Telemetry
      const { generation, ...expected } = fresh.rate(probe, { detail: true })
      const { generation: usedGeneration, ...verdict } = used.rate(probe, { detail: true })
      expect(verdict).toEqual(expected)
      // A number never stands for two forests.
      expect(usedGeneration).toBeGreaterThan(generation)
    },
  )

  test('expects no change that was announced before, and has no evidence of one', async () => {
    const detector = await taught(600)
    detector.changed()
    await feed(
      detector,
      clean.slice(600, 640).map((record) => ({ ...record, errors: 30 })),
    )
    const { changes = [], shift } = baselineOf(detector)
    expect([changes.length, Math.max(...shift)]).not.toContain(0)
    detector.reset()
    await feed(detector, clean.slice(0, 60))
    const fresh = await detectorOf()
    await feed(fresh, clean.slice(0, 60))
    expect(baselineOf(detector)).toMatchObject({ changes: [], shift: baselineOf(fresh).shift })
  })

  test('of a route forgets that route alone', async () => {
    const detector = await taught(600)
    const route = clean[0]?.route as string
    const { routes } = baselineOf(detector).known
    const others = routes.filter((name) => name !== route)
    const gone = detector.reset(route)
    expect(gone?.baseline).toBe(routes.length - others.length)
    expect(baselineOf(detector).known.routes).toEqual(others)
    expect(baselineOf(detector).profiles.map(({ name }) => name)).not.toContain(route)
    await detector.settled()
    expect(detector.rate({ latency: 1, input_length: 1, errors: 0, route }, { detail: true }).scope).toBe(
      'baseline',
    )
  })
})
