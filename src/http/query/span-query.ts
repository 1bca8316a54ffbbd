import { KEPT_MS, LEAST_STEP_MS, type Resolution, type Span } from '../../activity/timeline.js'
import { ApiError } from '../errors/error-codes.js'
import { readTime } from './list-query.js'

const HOUR_MS = 3_600_000

/** A span as it is asked for. */
export interface SpanQuery {
  readonly from?: string
  readonly to?: string
  readonly step?: string
}

/**
 * The span that is meant, cut to what is kept.
 * @param kept how narrow buckets are kept
 * @throws ApiError for what is no span
 */
export function readSpan({ from, to, step }: SpanQuery, nowMs: number, kept: Resolution): Span {
  const toMs = Math.min(readTime(to, 'to') ?? nowMs, nowMs)
  const askedMs = readTime(from, 'from') ?? toMs - HOUR_MS + LEAST_STEP_MS
  if (askedMs > toMs) throw new ApiError('SENTINEL_INVALID_QUERY', 'from must not lie behind to')
  const fromMs = Math.max(askedMs, nowMs - KEPT_MS, 0)
  const narrowest = fromMs >= kept.fineFromMs ? kept.fineMs : kept.coarseMs
  const asked = readStep(step) ?? narrowest
  // Of wide buckets only whole multiples can be made.
  return { fromMs, toMs, stepMs: Math.ceil(asked / narrowest) * narrowest }
}

function readStep(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const stepMs = /^\d{1,4}$/.test(text) ? 1000 * Number(text) : 0
  if (stepMs >= LEAST_STEP_MS && stepMs <= HOUR_MS && stepMs % LEAST_STEP_MS === 0) return stepMs
  throw new ApiError('SENTINEL_INVALID_QUERY', 'step must be a multiple of 5 from 5 to 3600, in seconds')
}
