import { FEATURES } from '#sentinel/telemetry/features.js'
import type { Contribution, ExceededRule, Verdict } from '../../src/detector/verdict.js'

/** A contribution of one of the usual features, odd on the high side unless told otherwise. */
export function contribution(feature: string, rest: Partial<Contribution> = {}): Contribution {
  const unit = FEATURES.find(({ name }) => name === feature)?.unit ?? 'units'
  return { feature, unit, value: 5230, bits: 0.4, median: 127.4, percentile: 100, ...rest }
}

export function forestVerdict(contributions: readonly Contribution[], rest: Partial<Verdict> = {}): Verdict {
  return {
    anomalous: true,
    score: 0.71,
    confidence: 0.98,
    threshold: 0.55,
    generation: 3,
    detector: 'forest',
    contributions,
    exceeded: [],
    fittedRows: 1000,
    ...rest,
  }
}

export function limitVerdict(exceeded: readonly ExceededRule[]): Verdict {
  return forestVerdict([], { detector: 'heuristic', exceeded, threshold: null, generation: 0, fittedRows: 0 })
}

/** High latency with some errors, as in the README. */
export const SLOW = forestVerdict([
  contribution('latency'),
  contribution('input_length', { value: 1893, bits: -0.02, median: 1800, percentile: 54 }),
  contribution('errors', { value: 3, bits: 0.12, median: 0, percentile: 99.6 }),
])
