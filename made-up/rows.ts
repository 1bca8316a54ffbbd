import type { Telemetry } from '#sentinel/telemetry/record.js'
import { gaussian, mulberry32 } from './random.js'

/** Rows of request telemetry: log-normal latency ms, uniform input length, rare errors. Seeded. */
export function telemetryRows(nRows: number, seed: number): number[][] {
  const random = mulberry32(seed)
  return Array.from({ length: nRows }, () => [
    Math.exp(5 + 0.5 * gaussian(random)),
    50 + random.below(3950),
    random.uniform() < 0.09 ? 1 + random.below(2) : 0,
  ])
}

/** Rows of independent standard normal features. Seeded. */
export function gaussianRows(nRows: number, nFeatures: number, seed: number): number[][] {
  const random = mulberry32(seed)
  return Array.from({ length: nRows }, () => Array.from({ length: nFeatures }, () => gaussian(random)))
}

/** The same rows, row-major in one typed array: the shape that `fit` and `scoreBatch` take without a copy each. */
export function packed(rows: readonly (readonly number[])[]): { data: Float64Array; nRows: number } {
  return { data: Float64Array.from(rows.flat()), nRows: rows.length }
}

/** A record as a row of a forest: latency, input length, errors. */
export function rowOf({ latency, input_length, errors }: Telemetry): number[] {
  return [latency, input_length, errors]
}
