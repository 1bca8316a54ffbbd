import { describe, expect, test } from 'vitest'
import { Detector } from '#sentinel/detector/detector.js'
import { declaredTelemetry } from '#sentinel/telemetry/declared/declared-model.js'
import { adbenchFolder, adbenchIsThere, readAdbench } from '../../../made-up/adbench.js'
import { mulberry32 } from '../../../made-up/random.js'
import { auroc } from '../../../made-up/trial/ranking.js'

const SEEDS = [1, 2, 3]
const there = adbenchIsThere()
if (!there) console.warn(`ADBench data sets as streams: skipped, ${adbenchFolder} is not there`)

/** 0 to n - 1, in an order of its own. */
function shuffled(n: number, seed: number): number[] {
  const random = mulberry32(seed)
  const keyed = Array.from({ length: n }, (_, i) => [random.uniform(), i] as const)
  return keyed.sort(([a], [b]) => a - b).map(([, i]) => i)
}

/** AUROC of a set whose rows come one by one in an order of their own, each judged before it is learnt from. */
async function streamed(name: string, baseline: 'guarded' | 'window', seed: number): Promise<number> {
  const { rows, nFeatures, labels } = readAdbench(name)
  const features = Array.from({ length: nFeatures }, (_, f) => ({ name: `f${f}` }))
  const telemetry = declaredTelemetry({ features })
  const detector = await Detector.create({ telemetry, baseline, fit: 'sync', retrainEvery: 250, seed })
  const scores: number[] = []
  const odd: number[] = []
  for (const i of shuffled(rows.nRows, seed)) {
    const row = rows.data.subarray(i * nFeatures, (i + 1) * nFeatures)
    const record = Object.fromEntries(features.map((feature, f) => [feature.name, row[f]]))
    const { detector: by, score } = detector.analyze(record as never)
    if (by !== 'forest') continue
    scores.push(score)
    odd.push(labels[i] as number)
  }
  await detector.close()
  return auroc(Float64Array.from(scores), Uint8Array.from(odd))
}

describe.skipIf(!there)('ADBench data sets as streams of declared features', () => {
  test.each(['cardio', 'breastw', 'thyroid'])(
    '%s: the guarded baseline ranks as well as the plain window',
    async (name) => {
      let lead = 0
      for (const seed of SEEDS) {
        lead += (await streamed(name, 'guarded', seed)) - (await streamed(name, 'window', seed))
      }
      expect(lead / SEEDS.length).toBeGreaterThan(-0.01)
    },
  )
})
