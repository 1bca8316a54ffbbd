import { type Static, Type } from '@sinclair/typebox'
import { AlertLevel, IncidentReference, P } from '../alerts/alert-fields.js'
import { Finding, FittedRows } from '../detector/verdict.js'

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
  p: 0.00005,
  alert: 'throttle' as const,
  incident: null,
}

/** The reason that goes with it, compared with the records of its route. */
export const REASON_EXAMPLE =
  'Higher latency than usual: 5,230 ms, 41x the median of the 1,000 records learnt from its route and above all ' +
  'of them; errors (3, median 0) contributed too'

/** How a verdict came about: of an answer when `?detail=true` asks for it, and of every anomaly that is kept. */
export const Detail = Type.Object(
  {
    ...Finding.properties,
    fitted_rows: FittedRows,
    p: P,
    alert: AlertLevel,
    incident: IncidentReference,
    model: Type.Optional(
      Type.String({ description: 'Hash of the model, in a fleet: the same hash, the same verdicts.' }),
    ),
  },
  {
    $id: 'Detail',
    description: 'How the verdict came about.',
    examples: [DETAIL_EXAMPLE],
  },
)
export type Detail = Static<typeof Detail>
