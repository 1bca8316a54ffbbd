import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Detector, type DetectorState } from '#sentinel/detector/detector.js'
import { decodeState } from '#sentinel/state/codec.js'
import { madeUpTraffic } from '../../../made-up/traffic.js'
import { DEFAULTS } from '../../../made-up/trial/replay.js'

/** Scores that the detector which wrote the state gave the twelve records that came next. */
const SCORES = [
  0.44298028817980045, 0.3945130987650782, 0.4141123447497457, 0.4098720452884713, 0.3600472454613568,
  0.4774760006513047, 0.37815197294364217, 0.5969144470156836, 0.4098720452884713, 0.45152032616954224,
  0.40421773306354225, 0.550614644953681,
]

test('a state with one unit for all, and without counts of newcomers, goes on as it was and is then brought up to date', async () => {
  const path = new URL('../../fixtures/guarded-state.bin.gz', import.meta.url)
  const detector = await Detector.create({ ...DEFAULTS, nTrees: 10, historyMax: 100 })
  detector.restore(decodeState(gunzipSync(readFileSync(path))) as DetectorState)
  const records = madeUpTraffic(700, 61).slice(300)
  const scores = records.slice(0, 12).map((record) => detector.rate(record).score)
  scores.forEach((score, i) => {
    expect(score).toBeCloseTo(SCORES[i] as number, 6)
  })
  let flagged = 0
  for (const [i, record] of records.entries()) {
    flagged += detector.analyze(record).anomalous ? 1 : 0
    if (i % 50 === 49) await detector.settled()
  }
  expect(flagged / records.length).toBeLessThan(0.2)
  expect(detector.generation).toBeGreaterThan(8)
  await detector.close()
})
