import { expect, onTestFinished, test } from 'vitest'
import { Sentinel } from '#sentinel/sentinel.js'
import { type Exchange, recordOf } from '#sentinel/telemetry/exchange.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { gaussian, mulberry32 } from '../../made-up/random.js'

const NONE: ReadonlySet<number> = new Set()

function exchange(latencyMs: number): Exchange {
  return { latencyMs, inputLength: 45, status: 200, failed: false }
}

test.each([
  [0, 0],
  [0.0287, 1],
  [1, 1],
  [1.2, 2],
  [431.27, 432],
  // 0.029 seconds, as a log has them.
  [0.029 * 1000, 29],
  [1e9 + 0.5, 1e9 + 1],
])('%d ms count as %d, those that were begun', (took, recorded) => {
  expect(recordOf(exchange(took), '/run', NONE).latency).toBe(recorded)
})

/** How many of the records of a route somebody is told of, as its answers take four times as long from the middle on. */
async function told(usualMs: number, record: (latencyMs: number) => Telemetry): Promise<number> {
  const sentinel = await Sentinel.create({ detector: { fit: 'sync' } })
  onTestFinished(() => sentinel.close())
  const random = mulberry32(11)
  let anomalies = 0
  for (let i = 0; i < 6000; i++) {
    const latencyMs = usualMs * Math.exp(0.4 * gaussian(random)) * (i < 4000 ? 1 : 4)
    if (sentinel.judge(record(latencyMs))?.anomaly !== null) anomalies++
  }
  return anomalies
}

const measured = (latencyMs: number): Telemetry => recordOf(exchange(latencyMs), '/run', NONE)

test('nobody is told of a route that answers within a millisecond, busy or not', async () => {
  expect(await told(0.03, measured)).toBeLessThanOrEqual(6)
  // Taken to the microsecond it is what it would be for any other route: an incident.
  expect(await told(0.03, (latencyMs) => ({ ...measured(latencyMs), latency: latencyMs }))).toBeGreaterThan(
    100,
  )
})

test('of one that takes longer somebody is told as before', async () => {
  expect(await told(30, measured)).toBeGreaterThan(100)
})
