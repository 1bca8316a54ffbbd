import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Circumstances } from '#sentinel/explain/sentence/conclusion.js'
import { reasonFor } from '#sentinel/explain/sentence/reason.js'
import { routeName } from '#sentinel/telemetry/route-name.js'
import { mulberry32 } from '../../../made-up/random.js'
import { withAttacks } from '../../../made-up/recipes.js'
import { codeRunnerTraffic, madeUpTraffic, type RoutedRecord } from '../../../made-up/traffic.js'
import { taught } from '../../../made-up/trial/replay.js'
import type { Contribution, Verdict } from '../../../src/detector/verdict.js'
import { extent } from '../../chaos/extent.js'
import { contribution, forestVerdict, limitVerdict, SLOW } from '../verdicts.js'
import { faultsOf } from './reading.js'

const FEATURES = ['latency', 'input_length', 'errors', 'queue_depth']
/** What tells the kinds of sentences apart; the verdicts made here must bring about all of them. */
const SHAPES = [
  'Higher latency than usual: ',
  'Smaller input than usual: ',
  'Higher queue_depth than usual: ',
  'usual, possible',
  'contributed too',
  'detected: ',
  'furthest out: ',
  'though each value by itself is ordinary',
  'above the limit of',
  'possible buffer overflow attempt; also',
  'not enough known of this route yet',
]
const SEED = { seed: 20260102, numRuns: extent(2000, 1000) }

/** Evenly spread numbers with two decimals; `fc.double` gives mostly tiny ones. */
function decimal(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: min * 100, max: max * 100 }).map((hundredths) => hundredths / 100)
}

const usual = fc.oneof(fc.constant(0), decimal(0, 40), decimal(1, 90_000))
/** What a value is of its usual one: from nothing to the absurd, often near where conclusions begin. */
const multiple = fc.oneof(
  fc.constantFrom(0, 1, 9.96, 10, 2e7),
  decimal(0, 3),
  decimal(9, 11),
  decimal(3, 400),
)
/** How far from the middle rank, in percent. */
const rank = fc.oneof(fc.constantFrom(0, 2, 45, 50), decimal(0, 50))

function standing(feature: string): fc.Arbitrary<Contribution> {
  return fc
    .record({
      median: usual,
      times: multiple,
      large: fc.nat({ max: 20_000 }),
      bits: decimal(-0.4, 1),
      far: rank,
    })
    .map(({ median, times, large, bits, far }) => {
      const value = median === 0 ? large : median * times
      const percentile = value < median ? 50 - far : 50 + far
      return contribution(feature, { value, median, bits, percentile })
    })
}

const forestVerdicts: fc.Arbitrary<Verdict> = fc
  .record({
    contributions: fc.tuple(...FEATURES.map(standing)),
    scope: fc.constantFrom('window' as const, 'baseline' as const, 'route' as const),
    threshold: decimal(0.4, 0.7),
    fittedRows: fc.integer({ min: 1, max: 2000 }),
  })
  .map(({ contributions, ...rest }) => forestVerdict(contributions, rest))

const limitVerdicts: fc.Arbitrary<Verdict> = fc
  .array(
    fc
      .record({
        feature: fc.constantFrom('latency', 'input_length', 'errors'),
        unit: fc.constantFrom('', 'ms'),
        limit: usual,
        times: fc.oneof(decimal(1.01, 3), decimal(9, 11)),
      })
      .map(({ times, ...rule }) => ({
        ...rule,
        value: rule.limit === 0 ? times * 1000 : rule.limit * times,
      })),
    { minLength: 1, maxLength: 3 },
  )
  .map(limitVerdict)

const anyVerdict = fc.oneof({ weight: 4, arbitrary: forestVerdicts }, { weight: 1, arbitrary: limitVerdicts })

const anyCircumstances: fc.Arbitrary<Circumstances> = fc.record({
  route: fc.constantFrom(null, '', '/checkout'),
  evidence: fc.constantFrom(undefined, { inIncident: false }, { inIncident: true }),
})

/** Traffic with a route that comes up late, so that little is known of it. */
function withNewRoute(records: readonly RoutedRecord[]): RoutedRecord[] {
  return records.map((record, i) => (i > 500 && i % 61 === 0 ? { ...record, route: '/new' } : record))
}

const STREAMS: readonly [string, () => RoutedRecord[]][] = [
  ['ordinary traffic of unlike routes', () => madeUpTraffic(4000)],
  ['ordinary traffic of a service that runs code', () => withNewRoute(codeRunnerTraffic(4000, 5))],
  ['traffic under attack', () => withAttacks(codeRunnerTraffic(4000, 9), 0.03, mulberry32(4))],
]

describe('every sentence says how much and against what, and no more than that', () => {
  it('for verdicts of all kinds', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(anyVerdict, anyCircumstances, (verdict, circumstances) => {
        const reason = reasonFor(verdict, undefined, circumstances)
        expect(faultsOf(reason, verdict, circumstances), reason).toEqual([])
        for (const shape of SHAPES) if (reason.includes(shape)) seen.set(shape, (seen.get(shape) ?? 0) + 1)
      }),
      SEED,
    )
    for (const shape of SHAPES) expect(seen.get(shape), shape).toBeGreaterThan(5)
  })

  it.each(STREAMS)('for what a detector flags in %s', async (_, stream) => {
    const records = stream()
    const detector = await taught(records.slice(0, 200))
    let alerts = 0
    for (const [i, record] of records.slice(200).entries()) {
      const verdict = detector.analyze(record)
      if (i % 50 === 0) await detector.settled()
      if (!verdict.anomalous) continue
      alerts += 1
      for (const inIncident of [false, true]) {
        const circumstances = { route: routeName(record.route), evidence: { inIncident } }
        const reason = reasonFor(verdict, undefined, circumstances)
        expect(faultsOf(reason, verdict, circumstances), reason).toEqual([])
      }
    }
    await detector.close()
    expect(alerts).toBeGreaterThan(340)
  })
})

describe('the reader of these tests', () => {
  const errors = contribution('errors', { value: 0, median: 0, percentile: 48, bits: 0.3 })
  const ordinary = forestVerdict([contribution('latency', { value: 1.82, median: 1.4, bits: 0.2 }), errors])
  const against = 'the median of the last 1,000 records'

  it.each([
    ['concludes more than it may', `Higher latency than usual, DoS attempt: 1.82 ms, 1.3x ${against}`],
    ['lists errors, which sits at its median', `Unusual combination: errors 0 of the records`],
    ['names the wrong side', `Lower latency than usual: 1.82 ms, 130% of ${against}`],
    ['does not say against what', 'Higher latency than usual: 1.82 ms'],
    ['errs on what is known of the route', `Higher latency: ${against}; not enough known of this route yet`],
    ['is no readable line', `Higher latency than usual: NaN ms, 1.3x ${against}`],
  ])('finds that one %s', (fault, reason) => {
    expect(faultsOf(reason, ordinary)).toEqual([fault])
  })

  it('finds a conclusion from too little evidence, too near a limit, or of an unknown route', () => {
    const reason = `Higher latency than usual, possible DoS attempt: 5,230 ms, 41x ${against}`
    const inIncident = { evidence: { inIncident: true } }
    expect(faultsOf(reason, SLOW, inIncident)).toEqual([])
    expect(faultsOf(reason, SLOW)).toEqual(['concludes more than it may'])
    const unknown = { ...SLOW, scope: 'baseline' as const }
    const noted = `${reason}; not enough known of this route yet`
    expect(faultsOf(noted, unknown, { ...inIncident, route: '/new' })).toEqual(['concludes more than it may'])
    const limits = limitVerdict([])
    const over = (value: string): string =>
      `Latency ${value} ms, above the limit of 5,000 ms, possible DoS attempt`
    expect(faultsOf(over('49,000'), limits)).toEqual(['concludes more than it may'])
    expect(faultsOf(over('50,000'), limits)).toEqual([])
  })
})
