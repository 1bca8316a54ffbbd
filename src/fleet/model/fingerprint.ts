import { createHash } from 'node:crypto'
import type { LearningOptions } from '../fleet-options.js'
import { SAMPLE_FORMAT } from '../samples/sample-codec.js'
import { MODEL_FORMAT } from './model-blob.js'

const DIGITS = 12

/**
 * Stands for all that two sentinels have to share for a model of one to be of use to the other: features, options, formats
 * and what routes are hashed with. Twelve hex digits.
 */
export function fingerprintOf(
  { detector, telemetry, alerts }: LearningOptions,
  routeKey: string | null,
): string {
  const { trainer: _, onFit: _fit, onTrainerFault: _fault, onStateLost: _lost, ...options } = detector
  const described = JSON.stringify(
    sorted({
      formats: [MODEL_FORMAT, SAMPLE_FORMAT],
      ...{ options, features: telemetry.features, alerts, routeKey },
    }),
  )
  return createHash('sha256').update(described).digest('hex').slice(0, DIGITS)
}

/** The same data with the names of every object in order, and without what is no data. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const members = Object.entries(value).filter(([, member]) => typeof member !== 'function')
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  )
}
