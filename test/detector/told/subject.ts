import { onTestFinished } from 'vitest'
import { Detector, type DetectorOptions, type Treatment } from '#sentinel/detector/detector.js'
import type { GuardedState } from '#sentinel/detector/guarded/guarded-baseline.js'
import { encodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { madeUpTraffic } from '../../../made-up/traffic.js'
import { DEFAULTS } from '../../../made-up/trial/replay.js'

export const clean = madeUpTraffic(5000, 21)

export async function detectorOf(options: Partial<DetectorOptions> = {}): Promise<Detector> {
  const detector = await Detector.create({ ...DEFAULTS, ...options })
  onTestFinished(() => detector.close())
  return detector
}

/** Each fit done before the next record; gives 1 for each record that was anomalous. */
export async function feed(
  detector: Detector,
  records: readonly Telemetry[],
  treatment: Treatment = 'usual',
): Promise<number[]> {
  const flags: number[] = []
  for (const [i, record] of records.entries()) {
    flags.push(detector.rate(record).anomalous ? 1 : 0)
    detector.learn(treatment)
    if ((i + 1) % 50 === 0) await detector.settled()
  }
  await detector.settled()
  return flags
}

export async function taught(n: number, options: Partial<DetectorOptions> = {}): Promise<Detector> {
  const detector = await detectorOf(options)
  await feed(detector, clean.slice(0, n))
  return detector
}

export const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length
export const baselineOf = (detector: Detector) => detector.snapshot().baseline as unknown as GuardedState
export const bytesOf = (detector: Detector) => encodeState(detector.snapshot())

/** Largest latency of a route in the baseline and in its profile. */
export function longest(detector: Detector, route: string): { known: number; profile: number } {
  const { known, profiles } = baselineOf(detector)
  const latencies = known.routes.map((name, i) => (name === route ? (known.values[3 * i] as number) : 0))
  const profile = profiles.find(({ name }) => name === route)
  return {
    known: Math.max(0, ...latencies),
    profile: Math.max(0, ...(profile?.values ?? []).filter((_, i) => i % 3 === 0)),
  }
}
