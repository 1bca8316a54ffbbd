import { expect, onTestFinished, test } from 'vitest'
import { Detector, type DetectorState } from '#sentinel/detector/detector.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { StateError, type StateValue } from '#sentinel/state/section.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { extent, LONG } from './extent.js'
import { record } from './load.js'
import { StateMutations } from './state-mutations.js'

const MUTATIONS = extent(1500, 60)
const RECORDS = extent(150, 60)
const SEED = 18
/** Small, so that every mutation may have a detector of its own. */
const OPTIONS = { historyMax: 128, nTrees: 10, subsampleSize: 32, fit: 'sync', retrainEvery: 40 } as const

function records(n: number, odd = 17): Telemetry[] {
  return Array.from({ length: n }, (_, i) => {
    const usual = record(i) as Telemetry
    return i % odd === odd - 1 ? { ...usual, latency: 9000 + i, errors: 7 } : usual
  })
}

function decoded(bytes: Uint8Array): StateValue | null {
  try {
    return decodeState(bytes)
  } catch (error) {
    // What cannot be read at all is no matter of what is in it.
    expect(error).toBeInstanceOf(StateError)
    return null
  }
}

test(`${MUTATIONS} odd states of a detector with right checksums: refused with nothing changed, or judged by`, async () => {
  const before = await Detector.create(OPTIONS)
  onTestFinished(() => before.close())
  for (const one of records(400)) before.analyze(one)
  const mutations = new StateMutations(before.snapshot(), SEED)
  const seen = { refused: 0, lost: 0, used: 0 }
  for (let n = 0; n < MUTATIONS; n++) {
    const { bytes, what } = mutations.next()
    const state = decoded(bytes)
    if (state === null) continue
    let lost = 0
    const detector = await Detector.create({ ...OPTIONS, onStateLost: () => lost++ })
    const fresh = encodeState(detector.snapshot())
    try {
      detector.restore(state as DetectorState)
    } catch (error) {
      expect(error, what).toBeInstanceOf(StateError)
      expect(encodeState(detector.snapshot()), what).toEqual(fresh)
      seen.refused++
    }
    for (const one of records(RECORDS, 7)) {
      const { score, confidence } = detector.analyze(one, { detail: true })
      expect(score >= 0 && score <= 1 && confidence >= 0 && confidence <= 1, what).toBe(true)
    }
    // It can be kept, too, and gone on from.
    decodeState(encodeState(detector.snapshot()))
    if (lost > 0) seen.lost++
    else seen.used++
    await detector.close()
  }
  if (LONG) process.stdout.write(`odd states of a detector: ${JSON.stringify(seen)}\n`)
  expect(seen.refused).toBeGreaterThan(MUTATIONS / 4)
}, 900_000)

test(`${MUTATIONS} odd states of a whole sentinel: no record fails by them, and nothing that is looked up`, async () => {
  const options = { detector: OPTIONS, anomaliesMax: 20 }
  const before = await Sentinel.create(options)
  onTestFinished(() => before.close())
  for (const one of records(400)) before.judge(one)
  const mutations = new StateMutations(before.snapshot(), SEED)
  const seen = { refused: 0, used: 0 }
  for (let n = 0; n < MUTATIONS; n++) {
    const { bytes, what } = mutations.next()
    const state = decoded(bytes)
    if (state === null) continue
    const sentinel = await Sentinel.create(options)
    const fresh = encodeState(sentinel.snapshot())
    try {
      sentinel.restore(state)
      seen.used++
    } catch (error) {
      expect(error, what).toBeInstanceOf(StateError)
      expect(encodeState(sentinel.snapshot()), what).toEqual(fresh)
      seen.refused++
    }
    for (const one of records(RECORDS, 7)) {
      const judgement = sentinel.judge(one)
      expect(judgement?.verdict.score, what).toBeGreaterThanOrEqual(0)
      const p = judgement?.p ?? 0
      expect(p >= 0 && p <= 1, what).toBe(true)
    }
    JSON.stringify([
      sentinel.anomalies.list({}),
      sentinel.incidents.list({}),
      sentinel.operator.listMutes(),
      sentinel.operator.listNeverLearnt(),
      sentinel.operator.learning(),
      sentinel.activity.routes(),
    ])
    const { nowMs } = sentinel.activity
    for (const stepMs of [20_000, 600_000])
      sentinel.activity.columnsOf('/api/*', { fromMs: nowMs - 7_200_000, toMs: nowMs, stepMs })
    decodeState(encodeState(sentinel.snapshot()))
    await sentinel.close()
  }
  if (LONG) process.stdout.write(`odd states of a sentinel: ${JSON.stringify(seen)}\n`)
  expect(seen.used).toBeGreaterThan(MUTATIONS / 4)
}, 900_000)
