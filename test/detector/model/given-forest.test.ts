import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { Detector, type DetectorOptions, type DetectorState } from '#sentinel/detector/detector.js'
import type { Contribution } from '#sentinel/detector/verdict.js'
import { reasonFor } from '#sentinel/explain/sentence/reason.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { rowOf } from '../../../made-up/rows.js'
import { cloudTraffic } from '../../../made-up/traffic.js'

const HISTORY_MAX = 200
const ODD: Telemetry = { latency: 90_000, input_length: 3, errors: 12 }

let forest: IsolationForest
beforeAll(async () => {
  forest = await IsolationForest.create({ nFeatures: 3, contamination: 0.05, nTrees: 60, subsampleSize: 128 })
  forest.fit(cloudTraffic(700, 5).map(rowOf))
})

async function detectorOf(options: Partial<DetectorOptions> = {}): Promise<Detector> {
  const settings = loadConfig({
    SENTINEL_RETRAIN_EVERY: '1',
    SENTINEL_HISTORY_MAX: String(HISTORY_MAX),
  }).detector
  const detector = await Detector.create({ ...settings, ...options })
  onTestFinished(() => detector.close())
  return detector
}

const fixed = (options: Partial<DetectorOptions> = {}) => detectorOf({ forest: forest.toBytes(), ...options })

test('every record is judged by the forest that was given, from the first on, and none is ever fitted', async () => {
  const onFit = () => expect.fail('a forest was fitted')
  const detector = await fixed({ onFit, trainer: { thread: new URL('file:///none') }, onTrainerFault: onFit })
  expect(detector).toMatchObject({
    given: true,
    trained: true,
    generation: 1,
    samplesNeeded: 0,
    historySize: 0,
  })
  for (const record of cloudTraffic(600, 8)) {
    const { score, anomalous, confidence, threshold, generation } = detector.analyze(record)
    expect(score).toBe(forest.score(rowOf(record)))
    expect(anomalous).toBe(forest.isAnomaly(rowOf(record)))
    expect(confidence).toBe(forest.confidence(score))
    expect({ threshold, generation }).toEqual({ threshold: forest.threshold, generation: 1 })
  }
  await detector.settled()
  expect(detector.generation).toBe(1)
  expect(detector.historySize).toBe(HISTORY_MAX)
})

test('medians and percentiles are those of the records before, as many as the window holds', async () => {
  const detector = await fixed()
  const seen: number[][] = []
  for (const record of cloudTraffic(HISTORY_MAX + 150, 9)) {
    const { contributions, fittedRows } = detector.analyze(record, { detail: true })
    const held = seen.slice(-HISTORY_MAX)
    expect(fittedRows).toBe(held.length)
    if (held.length > 0) expect(contributions.map(contextOf)).toEqual(rowOf(record).map(contextAmong(held)))
    seen.push(rowOf(record))
  }
})

function contextOf({ median, percentile }: Contribution): object {
  return { median, percentile }
}

function contextAmong(held: readonly number[][]) {
  return (exact: number, feature: number): object => {
    const value = Math.fround(exact)
    const column = held.map((row) => Math.fround(row[feature] as number)).sort((a, b) => a - b)
    const [lower, upper] = [column[(column.length - 1) >> 1] as number, column[column.length >> 1] as number]
    const below = column.filter((other) => other < value).length
    const ties = column.filter((other) => other === value).length
    return { median: (lower + upper) / 2, percentile: (100 * (below + ties / 2)) / column.length }
  }
}

test('a reason says only what the records before it bear out', async () => {
  const detector = await fixed()
  const first = detector.analyze(ODD)
  expect(first).toMatchObject({ anomalous: true, fittedRows: 0 })
  expect(reasonFor(first)).toBe('Unusual combination of telemetry metrics detected')
  for (let i = 0; i < 3; i++) detector.analyze({ latency: 100, input_length: 500, errors: 0 })
  expect(reasonFor(detector.analyze({ ...ODD, latency: 200_000, errors: 0 }))).toContain(
    '200,000 ms, 2,000x the median of the last 4 records and above all of them',
  )
})

test('a forest that was calibrated on more records than the window holds is taken as it is', async () => {
  const detector = await fixed({ historyMax: 10 })
  for (const record of cloudTraffic(50, 4)) detector.analyze(record)
  expect(detector.historySize).toBe(10)
  expect(detector.analyze(ODD).confidence).toBe(forest.confidence(forest.score(rowOf(ODD))))
})

test('what a policy excuses counts as the median of the records before', async () => {
  const detector = await fixed({ policies: { latency: { direction: 'high' } } })
  const slow = { latency: 300, input_length: 1900, errors: 0 }
  const quick = { ...slow, latency: 0.01 }
  expect(detector.analyze(quick).score).toBe(forest.score(rowOf(quick)))
  for (let i = 0; i < 5; i++) detector.analyze(slow)
  expect(detector.analyze(quick).score).toBe(forest.score(rowOf(slow)))
  expect(detector.analyze(ODD).score).toBe(forest.score(rowOf(ODD)))
})

test('a forest that cannot be used is refused with its code', async () => {
  const two = await IsolationForest.create({ nFeatures: 2 })
  const wrong = two.fit([[1, 2]]).toBytes()
  await expect(detectorOf({ forest: wrong })).rejects.toMatchObject({ code: 'FOREST_BAD_OPTION' })
  await expect(detectorOf({ forest: forest.toBytes().slice(9) })).rejects.toMatchObject({
    code: 'FOREST_BAD_BYTES',
  })
})

describe('over a restart', () => {
  const overDisk = (state: DetectorState) => decodeState(encodeState(state)) as DetectorState
  const feed = async (detector: Detector, n: number, seed: number): Promise<Detector> => {
    for (const record of cloudTraffic(n, seed)) detector.analyze(record)
    await detector.settled()
    return detector
  }
  const restarted = async (before: Detector, made: Promise<Detector>): Promise<Detector> => {
    const detector = await made
    detector.restore(overDisk(before.snapshot()))
    await detector.settled()
    return detector
  }

  test('every verdict is the one that would have been, bit for bit', async () => {
    const before = await feed(await fixed(), 330, 1)
    const restored = await restarted(before, fixed())
    expect(restored.records).toBe(330)
    for (const record of cloudTraffic(300, 2)) {
      expect(restored.analyze(record, { detail: true })).toEqual(before.analyze(record, { detail: true }))
    }
    expect(encodeState(restored.snapshot())).toEqual(encodeState(before.snapshot()))
  })

  test('the forest is the one that is given, not one of the state', async () => {
    const other = await IsolationForest.create({ nFeatures: 3, seed: 7 })
    other.fit(cloudTraffic(100, 3).map(rowOf))
    const restored = await restarted(await feed(await fixed(), 50, 1), fixed({ forest: other.toBytes() }))
    expect(restored.historySize).toBe(50)
    expect(restored.generation).toBe(1)
    expect(restored.analyze(ODD).score).toBe(other.score(rowOf(ODD)))
  })

  test.each(['guarded', 'window'] as const)(
    'what a %s baseline had learnt waits until learning goes on',
    async (baseline) => {
      const retrainEvery = 1_000_000
      const learnt = await feed(await detectorOf({ baseline, retrainEvery }), 300, 1)
      const given = await restarted(learnt, fixed())
      expect(given).toMatchObject({ generation: 1, historySize: HISTORY_MAX, records: 300 })
      expect(given.analyze(ODD).score).toBe(forest.score(rowOf(ODD)))
      const again = await restarted(given, detectorOf({ baseline, retrainEvery }))
      expect(again).toMatchObject({ generation: learnt.generation, records: 301 })
      for (const record of cloudTraffic(50, 6)) {
        expect(again.analyze(record, { detail: true })).toEqual(learnt.analyze(record, { detail: true }))
      }
    },
  )

  test('a window that came by under a given forest is what a plain window learns from', async () => {
    const given = await feed(await fixed(), 60, 1)
    const learning = await restarted(given, detectorOf({ baseline: 'window', retrainEvery: 1_000_000 }))
    expect(learning).toMatchObject({ given: false, historySize: 60, generation: 1 })
    const guarded = await detectorOf({ baseline: 'guarded' })
    expect(() => guarded.restore(overDisk(given.snapshot()))).toThrow('it was learnt by the window baseline')
  })
})

describe('the columns of a given forest', () => {
  const rows = cloudTraffic(700, 5).map(rowOf)
  const made = async (options: object): Promise<IsolationForest> =>
    IsolationForest.create({ nFeatures: 3, contamination: 0.05, nTrees: 60, subsampleSize: 128, ...options })

  test('that have names may be in any order', async () => {
    const named = (await made({ featureNames: ['errors', 'latency', 'input_length'] })).fit(
      rows.map(([latency = 0, length = 0, errors = 0]) => [errors, latency, length]),
    )
    const detector = await detectorOf({ forest: named.toBytes() })
    expect(detector.assumed).toBeNull()
    for (const record of [...cloudTraffic(200, 8), ODD]) {
      const { score, contributions } = detector.analyze(record, { detail: true })
      const [latency = 0, length = 0, errors = 0] = rowOf(record)
      const expected = named.attribute([errors, latency, length])
      expect(score).toBe(expected.score)
      const byName = Object.fromEntries(contributions.map(({ feature, bits }) => [feature, bits]))
      expect(byName.errors).toBeCloseTo(expected.contributions[0] as number, 10)
      expect(byName.latency).toBeCloseTo(expected.contributions[1] as number, 10)
    }
  })

  test('that have other names are refused with both lists', async () => {
    const other = (await made({ featureNames: ['latency', 'bytes', 'errors'] })).fit(rows)
    await expect(detectorOf({ forest: other.toBytes() })).rejects.toThrow(
      /named latency, bytes, errors; needed are latency, input_length, errors, in any order/,
    )
  })

  test('that have no names are taken in the order of the features, and that is said', async () => {
    expect((await fixed()).assumed).toMatch(/taken to be latency, input_length, errors, in this order/)
  })

  test('have ranges beyond which the score grows, where the forest was made so', async () => {
    const extended = (await made({ rangeExtension: true, contamination: 0.01 })).fit(rows)
    const detector = await detectorOf({ forest: extended.toBytes({ calibration: false }) })
    for (const record of [...cloudTraffic(200, 8), ODD, { ...ODD, latency: 1e9 }]) {
      const { score, anomalous } = detector.analyze(record)
      expect(score).toBe(extended.score(rowOf(record)))
      expect(anomalous).toBe(extended.isAnomaly(rowOf(record)))
    }
    expect(detector.analyze({ latency: 1e6, input_length: 1893, errors: 0 }).anomalous).toBe(true)
  })
})

test('a plain window whose scores grow beyond its range sees what it is blind to else', async () => {
  const calm = cloudTraffic(600, 5).map((record) => ({ ...record, errors: 0 }))
  const seen: boolean[] = []
  for (const rangeExtension of [false, true]) {
    const detector = await detectorOf({
      baseline: 'window',
      contamination: 0.01,
      retrainEvery: 300,
      fit: 'sync',
      rangeExtension,
    })
    for (const record of calm) detector.analyze(record)
    for (const far of [{ latency: 1e9 }, { errors: 1000 }, { errors: 1 }])
      seen.push(detector.rate({ ...(calm[3] as Telemetry), ...far }).anomalous)
  }
  expect(seen.slice(1, 3)).toEqual([false, false])
  expect(seen.slice(3)).toEqual([true, true, true])
})
