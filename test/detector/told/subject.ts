import { onTestFinished } from 'vitest'
import {
  Detector,
  type DetectorOptions,
  type DetectorState,
  type Treatment,
} from '#sentinel/detector/detector.js'
import type { GuardedState } from '#sentinel/detector/guarded/guarded-state.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { madeUpTraffic } from '../../../made-up/traffic.js'
import { DEFAULTS } from '../../../made-up/trial/replay.js'

export const clean = madeUpTraffic(5000, 21)

export async function detectorOf(options: Partial<DetectorOptions> = {}): Promise<Detector> {
  const detector = await Detector.create({ ...DEFAULTS, ...options })
  onTestFinished(() => detector.close())
  return detector
}

/** Gives 1 for each record that was anomalous. */
export async function feed(
  detector: Detector,
  records: readonly Telemetry[],
  treatment: Treatment = 'usual',
): Promise<number[]> {
  const flags: number[] = []
  for (const record of records) {
    flags.push(detector.rate(record).anomalous ? 1 : 0)
    detector.learn(treatment)
  }
  return flags
}

/** What was learnt, by what it was learnt from: those that are taught alike go on from one snapshot. */
const learnt = new Map<string, Promise<Uint8Array>>()

/** A detector that has learnt from the first `n` records. */
export async function taught(n: number, options: Partial<DetectorOptions> = {}): Promise<Detector> {
  const key = JSON.stringify([n, options])
  if (!learnt.has(key)) learnt.set(key, learn(n, options))
  const detector = await detectorOf(options)
  detector.restore(decodeState(await (learnt.get(key) as Promise<Uint8Array>)) as DetectorState)
  return detector
}

async function learn(n: number, options: Partial<DetectorOptions>): Promise<Uint8Array> {
  const detector = await Detector.create({ ...DEFAULTS, ...options })
  await feed(detector, clean.slice(0, n))
  const bytes = bytesOf(detector)
  await detector.close()
  return bytes
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
