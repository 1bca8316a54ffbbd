import { expect, onTestFinished, test } from 'vitest'
import { Detector } from '#sentinel/detector/detector.js'
import type { GuardedState } from '#sentinel/detector/guarded/guarded-state.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { madeUpTraffic } from '../../../../made-up/traffic.js'

const USUAL = madeUpTraffic(4000, 23)
/** Nothing usual is that long, so that attacks can be told from it. */
const LONG = 50_000_000
const ROWS = 1000

async function learnt(): Promise<Detector> {
  const detector = await Detector.create({
    fit: 'sync',
    historyMax: ROWS,
    minSamples: ROWS,
    retrainEvery: 100_000,
  })
  onTestFinished(() => detector.close())
  for (const record of USUAL.slice(0, 2000)) detector.analyze(record)
  return detector
}

/** How many records of the attack the next forest would be grown from. */
function taken(detector: Detector): number {
  const { known } = detector.snapshot().baseline as unknown as GuardedState
  return known.values.filter((value) => value >= LONG).length
}

/** One record of the attack behind each usual one. */
function underAttack(detector: Detector, count: number, attack: (n: number) => Telemetry): void {
  for (let n = 0; n < count; n++) {
    detector.analyze(USUAL[2000 + n] as Telemetry)
    detector.analyze(attack(n))
  }
}

test('of records odder than anything known, all of them different, hardly any is learnt', async () => {
  const detector = await learnt()
  underAttack(detector, 400, (n) => ({
    latency: 60_000 + 997 * n,
    input_length: LONG * (1 + n),
    errors: 40 + n,
  }))
  // Natural tails would bring twice the share of the topmost scores.
  expect(taken(detector)).toBeLessThanOrEqual(6)
})

test('of near-identical records no more is learnt than fills one small cell, however mildly odd they are', async () => {
  const detector = await learnt()
  const odd = USUAL.slice(0, 2000).filter((record) => detector.rate(record).anomalous)
  const scores = odd.map((record) => detector.rate(record).score)
  const mild = odd[scores.indexOf(Math.min(...scores))] as Telemetry
  detector.learn('never')
  const before = detector.snapshot().baseline as unknown as GuardedState
  const same = (record: Telemetry) => ({
    ...record,
    latency: mild.latency,
    input_length: mild.input_length,
    errors: mild.errors,
  })
  underAttack(detector, 900, () => same(mild))
  const { known } = detector.snapshot().baseline as unknown as GuardedState
  const countIn = ({ values }: GuardedState['known']): number => {
    let count = 0
    for (let i = 0; i < values.length; i += 3)
      if (values[i] === mild.latency && values[i + 1] === mild.input_length) count++
    return count
  }
  expect(countIn(known) - countIn(before.known)).toBeLessThanOrEqual(Math.ceil(0.01 * ROWS) + 1)
})
