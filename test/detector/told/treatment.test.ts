import { describe, expect, test } from 'vitest'
import type { Treatment } from '#sentinel/detector/detector.js'
import { IsolationForest } from '#sentinel/forest/index.js'
import { encodeState } from '#sentinel/state/codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { withBurst } from '../../../made-up/recipes.js'
import { bytesOf, clean, detectorOf, feed, mean, taught } from './subject.js'

describe('what becomes of a record', () => {
  test('usual is what analyze does, bit for bit', async () => {
    const told = await taught(700)
    const plain = await detectorOf()
    for (const [i, record] of clean.slice(0, 700).entries()) {
      plain.analyze(record)
      if ((i + 1) % 50 === 0) await plain.settled()
    }
    expect(bytesOf(told)).toEqual(bytesOf(plain))
  })

  test.each(['guarded', 'window'] as const)(
    'never leaves all that was learnt as it is: %s',
    async (baseline) => {
      const detector = await taught(600, { baseline })
      const { verdicts: _, counts: __, ...learnt } = detector.snapshot()
      await feed(detector, clean.slice(600, 900), 'never')
      const { verdicts: ___, counts, ...after } = detector.snapshot()
      expect(encodeState(after)).toEqual(encodeState(learnt))
      expect(counts).toMatchObject({ records: 900 })
    },
  )

  test('expected records are learnt although they are odd and alike, usual ones like them are not', async () => {
    const odd = { latency: 9000, input_length: 60_000, errors: 6, route: clean[0]?.route ?? '' }
    const burst = withBurst(clean.slice(1000, 1700), { at: 0, count: 300, share: 0.4 })
    const flagged = async (treatment: Treatment) => {
      const detector = await taught(1000)
      for (const [i, record] of burst.entries()) {
        detector.rate(record)
        detector.learn(record.label === 1 ? treatment : 'usual')
        if ((i + 1) % 50 === 0) await detector.settled()
      }
      return detector.rate(odd).anomalous
    }
    expect(await flagged('usual')).toBe(true)
    expect(await flagged('expected')).toBe(false)
  })

  test('a record is learnt once, however often that is said', async () => {
    const [once, twice] = [await taught(600), await taught(600)]
    const record = clean[600] as Telemetry
    for (const detector of [once, twice]) detector.analyze(record)
    twice.learn('usual')
    expect(bytesOf(twice)).toEqual(bytesOf(once))
  })
})

test('while learning is paused records are judged and counted, and nothing is learnt or fitted', async () => {
  const detector = await taught(600)
  const { verdicts: _, counts: __, ...learnt } = detector.snapshot()
  detector.pauseLearning()
  const flags = await feed(detector, clean.slice(600, 900))
  expect(mean(flags)).toBeGreaterThan(0)
  const { verdicts: ___, counts, ...after } = detector.snapshot()
  expect(encodeState(after)).toEqual(encodeState(learnt))
  expect(counts).toMatchObject({ records: 900 })
  detector.resumeLearning()
  const { generation } = detector
  await feed(detector, clean.slice(900, 1000))
  expect(detector.generation).toBeGreaterThan(generation)
})

test('a given forest refuses to be told what to learn, and says why', async () => {
  const forest = await IsolationForest.create({ nFeatures: 3 })
  forest.fit(clean.slice(0, 300).map(({ latency, input_length, errors }) => [latency, input_length, errors]))
  const detector = await detectorOf({ forest: forest.toBytes() })
  const told = [
    () => detector.pauseLearning(),
    () => detector.resumeLearning(),
    () => detector.forget(() => true),
    () => detector.reset(),
    () => detector.reset('/a'),
    () => detector.changed(),
  ]
  for (const tell of told) expect(tell).toThrow('a given forest judges, and nothing is learnt')
  expect(detector.rate(clean[0] as Telemetry).detector).toBe('forest')
  detector.learn('never')
  expect(detector.historySize).toBe(0)
})

test('the plain window refuses what needs routes, and says why', async () => {
  const detector = await detectorOf({ baseline: 'window' })
  expect(() => detector.reset('/a')).toThrow('the plain window keeps no routes')
  expect(() => detector.changed()).toThrow('the plain window learns every record as it comes')
})
