import { expect, onTestFinished, test } from 'vitest'
import { Detector } from '#sentinel/detector/detector.js'
import type { GuardedState } from '#sentinel/detector/guarded/guarded-state.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { madeUpTraffic } from '../../../../made-up/traffic.js'

const MINUTE = 60_000
const USUAL = madeUpTraffic(2000, 23)
/** Nothing usual is that long. */
const LONG = 50_000_000

/** A detector that knows usual records, and the time by which it lives. */
async function learnt(clocked = true) {
  const time = { nowMs: 1e12 }
  const detector = await Detector.create({
    ...{ fit: 'sync', historyMax: 500, minSamples: 500, retrainEvery: 100_000 },
    ...(clocked && { clock: () => time.nowMs }),
  })
  onTestFinished(() => detector.close())
  for (const record of USUAL.slice(0, 1000)) {
    time.nowMs += 20
    detector.analyze(record)
  }
  return { detector, time }
}

const odd = (n: number): Telemetry => ({ latency: 60_000 + n, input_length: LONG * (1 + n), errors: 40 + n })

function taken(detector: Detector): number {
  const { known } = detector.snapshot().baseline as unknown as GuardedState
  return known.values.filter((value) => value >= LONG).length
}

test.each([
  ['two minutes apart are all learnt', true, 2 * MINUTE, 50],
  ['less than that apart are not', true, 2 * MINUTE - 1, 3],
  ['are not where no clock says how far apart they are', false, 2 * MINUTE, 3],
])('odd records that are %s', async (_, clocked, gapMs, atMost) => {
  const { detector, time } = await learnt(clocked)
  for (let n = 0; n < 50; n++) {
    time.nowMs += gapMs
    detector.analyze(odd(n))
  }
  if (atMost === 50) expect(taken(detector)).toBeGreaterThan(45)
  else expect(taken(detector)).toBeLessThanOrEqual(atMost)
})

test('other records between them are traffic, too: a flood over many routes is not sparse', async () => {
  const { detector, time } = await learnt()
  for (let n = 0; n < 50; n++) {
    for (const usual of USUAL.slice(1000 + 4 * n, 1004 + 4 * n)) {
      time.nowMs += MINUTE
      detector.analyze(usual)
    }
    time.nowMs += MINUTE
    detector.analyze({ ...odd(n), route: `/attack-${'abcdefghij'[n % 10]}` })
  }
  expect(taken(detector)).toBeLessThanOrEqual(3)
})

test('over a restart the time since the last record counts', async () => {
  const { detector, time } = await learnt()
  const other = await learnt()
  other.detector.restore(detector.snapshot())
  other.time.nowMs = time.nowMs + 2 * MINUTE
  other.detector.analyze(odd(1))
  expect(taken(other.detector)).toBe(1)
})
