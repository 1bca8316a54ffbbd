import { afterEach, describe, expect, test } from 'vitest'
import type { AlarmState } from '#sentinel/alerts/alarm.js'
import { Alerts } from '#sentinel/alerts/alerts.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { settled } from '#sentinel/state/late.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { type Rated, ratedTraffic } from '../../made-up/rated-traffic.js'
import { madeUpTraffic } from '../../made-up/traffic.js'
import { DEFAULTS } from '../../made-up/trial/replay.js'
import { alertsWith, FEATURES, GAP_MS, play } from './subject.js'

const traffic = madeUpTraffic(4000, 3)
/** Far out by its latency, on a route of its own traffic. */
const SLOW: Telemetry = { latency: 9000, input_length: 900, errors: 0, route: '/analyze' }
/** One record in so many is like it, from the first ones on: that is no rare value then. */
const ONE_IN = 10
const open: Sentinel[] = []
let nowMs = Date.UTC(2026, 0, 5)

afterEach(async () => {
  for (const sentinel of open.splice(0)) await sentinel.close()
})

async function sentinelOf(): Promise<Sentinel> {
  const sentinel = await Sentinel.create({
    detector: { ...DEFAULTS, fit: 'background', trainDuty: 1, rules: { latency: 5000 } },
    clock: () => nowMs,
  })
  open.push(sentinel)
  return sentinel
}

function judge(sentinel: Sentinel, record: Telemetry): string | null {
  nowMs += GAP_MS
  return sentinel.judge(record)?.anomaly?.id ?? null
}

/** Ordinary records with slow ones among them; says of each of these whether it alerted. */
async function playAmong(sentinel: Sentinel, from: number, to: number): Promise<boolean[]> {
  const alerted: boolean[] = []
  for (let i = from; i < to; i++) {
    judge(sentinel, traffic[i] as Telemetry)
    if (i % DEFAULTS.retrainEvery === 0) await sentinel.detector.settled()
    if (i % ONE_IN === 0) alerted.push(judge(sentinel, { ...SLOW, latency: 8900 + (i % 200) }) !== null)
  }
  return alerted
}

/** One that knows slow records as something that happens, and the id of the first, which a static limit told of. */
async function poisoned(): Promise<{ sentinel: Sentinel; id: string }> {
  const sentinel = await sentinelOf()
  const id = judge(sentinel, SLOW)
  if (id === null) throw new Error('it did not alert')
  expect((await playAmong(sentinel, 0, 1500)).slice(-20)).not.toContain(true)
  return { sentinel, id }
}

/** How many records of the band of such a threat the alerts' memories hold. */
function remembered(sentinel: Sentinel): number {
  const { alerts } = sentinel.snapshot().alerts as unknown as AlarmState
  const names = sentinel.detector.features.map(({ name }) => name)
  const copy = new Alerts({ features: names.map((name) => ({ name, direction: 'both' })) })
  copy.restore(alerts)
  return copy.forget('/analyze', { feature: 'latency', from: 7700, to: 10_900 })
}

describe('records that an operator called a threat', () => {
  test('are taken out of what is usual and never learnt again, and alert from then on', async () => {
    const { sentinel, id } = await poisoned()
    expect(remembered(sentinel)).toBeGreaterThan(10)
    const { never_learnt } = sentinel.operator.onAnomaly(id, { verdict: 'threat', confirm: true })
    expect(never_learnt).toMatchObject({ route: '/analyze', feature: 'latency' })
    expect(remembered(sentinel)).toBe(0)
    await sentinel.detector.settled()
    expect(await playAmong(sentinel, 1500, 3000)).not.toContain(false)
    expect(remembered(sentinel)).toBe(0)
  })

  test('nor are they after a restart', async () => {
    const { sentinel, id } = await poisoned()
    sentinel.operator.onAnomaly(id, { verdict: 'threat', confirm: true })
    await sentinel.detector.settled()
    const other = await sentinelOf()
    other.restore(decodeState(encodeState(sentinel.snapshot())))
    expect(await playAmong(other, 1500, 3000)).not.toContain(false)
    expect(remembered(other)).toBe(0)
  })

  test('nor by memories that begin afresh and would take in anything', async () => {
    const { sentinel, id } = await poisoned()
    sentinel.operator.onAnomaly(id, { verdict: 'threat', confirm: true })
    await sentinel.detector.settled()
    const { alerts: _, ...others } = sentinel.snapshot()
    const other = await sentinelOf()
    other.restore(decodeState(encodeState(others)))
    await playAmong(other, 1500, 3000)
    expect(remembered(other)).toBe(0)
  })
})

describe('a band that is taken out', () => {
  const slow = (ms: number): Rated => ({ route: '/a', score: 0.42, values: [ms, 0] })

  /** Knows values of 3,000 to 4,000 ms on /a as ordinary ones. */
  function poisoned(): { alerts: Alerts; ms: number } {
    const alerts = alertsWith()
    const source = ratedTraffic(5)
    let i = 0
    const ms = play(alerts, () => (i++ % 20 === 0 ? slow(3000 + (i % 1000)) : source()), 6000)
    return { alerts, ms }
  }

  test('makes its values as rare as they were, and leaves all others as they are', () => {
    const { alerts, ms } = poisoned()
    const before = alerts.judge({ ...slow(3500), learns: false }, ms).p
    expect(before).toBeGreaterThan(0.02)
    const usual = alerts.judge({ ...slow(100), learns: false }, ms).p
    expect(alerts.forget('/b', { feature: 'latency', from: 2500, to: 4500 })).toBe(0)
    expect(alerts.forget('/a', { feature: 'nothing', from: 2500, to: 4500 })).toBe(0)
    expect(alerts.forget('/a', { feature: 'latency', from: 2500, to: 4500 })).toBeGreaterThan(200)
    expect(alerts.forget('/a', { feature: 'latency', from: 2500, to: 4500 })).toBe(0)
    // First, as behind a rare record no other is as likely as by itself.
    expect(alerts.judge({ ...slow(100), learns: false }, ms).p).toBeGreaterThan(usual / 3)
    expect(alerts.judge({ ...slow(3500), learns: false }, ms).p).toBeLessThan(0.01)
  })

  test('stays out over a restart, on every route where none is named', () => {
    const { alerts, ms } = poisoned()
    expect(alerts.forget(null, { feature: 'latency', from: 2500, to: 4500 })).toBeGreaterThan(200)
    const other = new Alerts({ features: FEATURES })
    other.restore(settled(alerts.capture()))
    const record = { ...slow(3500), learns: false }
    expect(other.judge(record, ms).p).toBe(alerts.judge(record, ms).p)
    expect(other.forget(null, { feature: 'latency', from: 2500, to: 4500 })).toBe(0)
  })

  test('is taken out of the first records of a route and of those that are held back, too', () => {
    const alerts = alertsWith()
    for (let i = 0; i < 10; i++) alerts.judge(slow(3000 + i), i)
    expect(alerts.forget('/a', { feature: 'latency', from: 3000, to: 3004 })).toBe(5)
    const ms = play(alerts, ratedTraffic(6), 2000, 1000)
    const band = { feature: 'latency', from: 290, to: 310 }
    alerts.forget('/a', band)
    // Too rare to be learnt at once, and no incident: it waits until ordinary records have brought the evidence down.
    const { p, incident } = alerts.judge({ route: '/a', score: 0.57, values: [300, 0] }, ms)
    expect(p).toBeLessThan(0.02)
    expect(incident).toBeNull()
    expect(alerts.forget('/a', band)).toBe(1)
    expect(alerts.forget('/a', band)).toBe(0)
  })
})
