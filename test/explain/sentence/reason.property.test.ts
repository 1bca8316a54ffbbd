import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { reasonFor } from '#sentinel/explain/sentence/reason.js'
import type { Contribution, Verdict } from '../../../src/detector/verdict.js'
import { extent } from '../../chaos/extent.js'
import { forestVerdict } from '../verdicts.js'

const SEED = { seed: 20260101, numRuns: extent(2000, 500) }
const MAX_CHARS = 900

const feature = fc.oneof(
  fc.constantFrom('latency', 'input_length', 'errors'),
  fc.string({ unit: 'binary', maxLength: 80 }),
)
const quantity = fc.oneof(fc.double(), fc.nat(), fc.constantFrom(0, -0, 1e308, 5e-324, NaN, Infinity))

const anyVerdict: fc.Arbitrary<Verdict> = fc.record({
  anomalous: fc.constant(true),
  score: fc.double(),
  confidence: fc.double(),
  threshold: fc.option(fc.double()),
  generation: fc.nat(),
  detector: fc.constantFrom('forest', 'heuristic', 'learning'),
  contributions: fc.array(
    fc.record({
      feature,
      unit: fc.string({ unit: 'binary' }),
      value: quantity,
      bits: quantity,
      median: quantity,
      percentile: fc.double({ min: 0, max: 100, noNaN: true }),
    }),
    { maxLength: 8 },
  ),
  exceeded: fc.array(fc.record({ feature, unit: fc.string(), value: quantity, limit: quantity }), {
    maxLength: 8,
  }),
  fittedRows: fc.nat(),
})

/** One feature of a window, with the statistics that the detector would give for a value. */
const standing = fc
  .record({
    feature: fc.constantFrom('latency', 'input_length', 'errors', 'queue_depth'),
    window: fc.array(fc.oneof(fc.nat({ max: 6 }), fc.double({ min: 0, max: 1e9, noNaN: true })), {
      minLength: 50,
      maxLength: 120,
    }),
    value: fc.oneof(fc.nat({ max: 6 }), fc.double({ min: 0, max: 1e12, noNaN: true })),
    bits: fc.double({ min: -0.5, max: 1, noNaN: true }),
  })
  .map(({ feature, window, value, bits }) => {
    const sorted = window.toSorted((a, b) => a - b)
    const middle = sorted.length / 2
    const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2
    const below = window.filter((row) => row < value).length
    const ties = window.filter((row) => row === value).length
    const percentile = ((below + ties / 2) / window.length) * 100
    return { window, contribution: { feature, unit: '', value, bits, median, percentile } }
  })

describe('reasons', () => {
  it('are one bounded line without NaN, Infinity, control or invisible characters, for any verdict', () => {
    fc.assert(
      fc.property(anyVerdict, (verdict) => {
        const reason = reasonFor(verdict)
        expect(reason.length).toBeLessThan(MAX_CHARS)
        expect(reason).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|NaN|Infinity|undefined|null/u)
        expect(reason).toMatch(
          /^(Unusual combination|(Higher|Lower|More|Fewer|Larger|Smaller) .* than usual|.*, above the limit of )/,
        )
      }),
      SEED,
    )
  })

  it('say nothing of a value that its window does not bear out', () => {
    fc.assert(
      fc.property(standing, ({ window, contribution }) => {
        const { value, median } = contribution as Contribution
        const reason = reasonFor(forestVerdict([contribution], { fittedRows: window.length }))
        const share = (test: (row: number) => boolean): number =>
          (window.filter(test).length / window.length) * 100
        const above = /at or above ([\d.]+)%/.exec(reason)?.[1]
        const below = /at or below ([\d.]+)%/.exec(reason)?.[1]
        if (above !== undefined)
          expect(share((row) => row <= value)).toBeGreaterThanOrEqual(Number(above) - 1e-6)
        if (below !== undefined)
          expect(share((row) => row >= value)).toBeGreaterThanOrEqual(Number(below) - 1e-6)
        if (reason.includes('above all')) expect(Math.max(...window)).toBeLessThan(value)
        if (reason.includes('below all')) expect(Math.min(...window)).toBeGreaterThan(value)
        if (/^(Higher|More|Larger) /.test(reason)) {
          expect(value).toBeGreaterThan(median)
          expect(share((row) => row <= value)).toBeGreaterThanOrEqual(90)
        }
        if (/^(Lower|Fewer|Smaller) /.test(reason)) {
          expect(value).toBeLessThan(median)
          expect(share((row) => row >= value)).toBeGreaterThanOrEqual(90)
        }
        const times = /([\d,.]+)x the median/.exec(reason)?.[1]
        if (times !== undefined) {
          const ratio = Number(times.replaceAll(',', ''))
          expect(Math.abs(ratio - value / median)).toBeLessThanOrEqual(0.05 * ratio)
        }
      }),
      SEED,
    )
  })
})
