import { type Static, Type } from '@sinclair/typebox'
import { Contribution, DetectorKind, ExceededRule, type Verdict } from '../detector/verdict.js'

/** High latency with some errors. */
export const DETAIL_EXAMPLE = {
  score: 0.71,
  confidence: 0.98,
  threshold: 0.55,
  generation: 12,
  detector: 'forest' as const,
  fitted_rows: 1000,
  contributions: [
    { feature: 'latency', unit: 'ms', value: 5230, bits: 0.41, median: 127.4, percentile: 100 },
    { feature: 'input_length', unit: 'bytes', value: 1893, bits: -0.02, median: 1800, percentile: 54 },
    { feature: 'errors', unit: 'count', value: 3, bits: 0.12, median: 0, percentile: 99.6 },
  ],
  exceeded: [],
}

/** The reason that goes with it, compared with the records of its route. */
export const REASON_EXAMPLE =
  'Higher latency than usual: 5,230 ms, 41x the median of the 1,000 records learnt from its route and above all ' +
  'of them; errors (3, median 0) contributed too'

/** How a verdict came about: of an answer when `?detail=true` asks for it, and of every anomaly that is kept. */
export const Detail = Type.Object(
  {
    score: Type.Number({ description: 'Anomaly score in (0, 1]; higher is odder.' }),
    confidence: Type.Number({ description: 'Probability that the verdict survives a redraw of the window.' }),
    threshold: Type.Union([Type.Number(), Type.Null()], {
      description: 'Scores strictly above it are anomalous; null while there is no forest.',
    }),
    generation: Type.Integer({
      minimum: 0,
      description: 'Which fit gave the verdict; 0 while there is none.',
    }),
    detector: DetectorKind,
    fitted_rows: Type.Integer({
      minimum: 0,
      description: 'Records the medians and percentiles were taken over.',
    }),
    contributions: Type.Array(Contribution, {
      description: 'Every feature against the window, in feature order; empty while there is no forest.',
    }),
    exceeded: Type.Array(ExceededRule, {
      description: 'Static rules the record exceeded while there was no forest, worst first.',
    }),
  },
  {
    $id: 'Detail',
    description: 'How the verdict came about.',
    examples: [DETAIL_EXAMPLE],
  },
)
export type Detail = Static<typeof Detail>

export function detailOf(verdict: Verdict): Detail {
  return {
    score: verdict.score,
    confidence: verdict.confidence,
    threshold: verdict.threshold,
    generation: verdict.generation,
    detector: verdict.detector,
    fitted_rows: verdict.fittedRows,
    contributions: [...verdict.contributions],
    exceeded: [...verdict.exceeded],
  }
}
