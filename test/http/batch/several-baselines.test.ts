import { afterAll, expect, test } from 'vitest'
import { Detectors } from '#sentinel/detectors/detectors.js'
import type { NamedDetector } from '#sentinel/detectors/named-detector.js'
import { type BatchSink, judgeBatch } from '#sentinel/http/batch/judge-batch.js'
import { judging, tryingOut } from '#sentinel/http/batch/judge-item.js'
import { SharedTurns } from '#sentinel/http/batch/shared-turns.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { mulberry32 } from '../../../made-up/random.js'

const open: Detectors[] = []
afterAll(async () => {
  for (const detectors of open) await detectors.close()
})

async function detectorOf(entities: number): Promise<NamedDetector> {
  const telemetry = declaredTelemetry({ entity: '/tenant' })
  const options = { telemetry, minSamples: 100, fit: 'sync' as const }
  const detectors = await Detectors.create({
    detectors: [{ name: 'default', detector: options, entities }],
    listener: {},
  })
  open.push(detectors)
  return detectors.default
}

/** Records of so many tenants in turn, each with a normal of its own, some of them wrong or wild. */
function items(count: number, tenants: number): unknown[] {
  const { uniform } = mulberry32(7)
  return Array.from({ length: count }, (_, i) => {
    if (i % 97 === 5) return { tenant: `t${i % tenants}`, latency: 'fast' }
    if (i % 89 === 3) return 7
    const usual = 10 * (1 + (i % tenants))
    const latency = usual * (1 + uniform()) * (i > count / 2 && i % 61 === 1 ? 500 : 1)
    const tenant = i % 11 === 0 ? undefined : `t${i % tenants}`
    return { tenant, route: '/x', latency, input_length: 100 + Math.floor(20 * uniform()), errors: 0 }
  })
}

/** What is told of a batch, in the order in which it is told; times and names of anomalies left out. */
async function told(detector: NamedDetector, values: readonly unknown[], by = judging): Promise<unknown[]> {
  const lines: unknown[] = []
  const sink: BatchSink = {
    ok: (line) => lines.push({ line }),
    threat: (threat) => lines.push({ ...(threat as object), id: undefined }),
    rejected: (line) => lines.push(line),
  }
  const source = {
    size: values.length,
    read: (i: number) => ({ line: i + 1, value: values[i], fault: null, bytes: 100 }),
  }
  const totals = await judgeBatch(by(detector), source, new SharedTurns(() => 0), sink)
  expect(totals.accepted + totals.rejected).toBe(lines.length)
  return lines
}

const linesOf = (all: readonly unknown[]): unknown[] => all.map((one) => (one as { line: number }).line)

test('a batch of tenants in turn is told of as if its records came one by one', async () => {
  const values = items(4000, 8)
  const whole = await told(await detectorOf(8), values)
  expect(linesOf(whole)).toEqual(values.map((_one, i) => i + 1))
  const alone = await detectorOf(8)
  const single: unknown[] = []
  for (const [i, value] of values.entries()) {
    const [one] = await told(alone, [value])
    single.push({ ...(one as object), line: i + 1 })
  }
  expect(whole).toEqual(single)
  const threats = whole.filter((one) => (one as { status?: string }).status === 'THREAT_DETECTED')
  expect(threats.length).toBeGreaterThan(5)
})

test('where only some have a place each record is told of all the same, once and in order', async () => {
  const values = items(4000, 8)
  const detector = await detectorOf(3)
  expect(linesOf(await told(detector, values))).toEqual(values.map((_one, i) => i + 1))
  expect(detector.records).toBe(
    values.filter((one) => typeof (one as { latency?: unknown }).latency === 'number').length,
  )
})

test('what is only tried out is told of in order, too, and changes nothing', async () => {
  const values = items(3000, 8)
  const detector = await detectorOf(8)
  await told(detector, values)
  const first = await told(detector, values, tryingOut)
  expect(linesOf(first)).toEqual(values.map((_one, i) => i + 1))
  expect(await told(detector, values, tryingOut)).toEqual(first)
})
