/** What one load showed. Latencies are those of each request, as the client saw them. */
export interface LoadResult {
  requests: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  p999Ms: number
  maxMs: number
}

/** @param latencies of each request, in milliseconds. */
export function summary(latencies: number[], tookMs: number): LoadResult {
  const ascending = Float64Array.from(latencies).sort()
  const at = (share: number): number => quantileOfSorted(ascending, share)
  return {
    requests: latencies.length,
    perSecond: latencies.length / (tookMs / 1000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs: at(1),
  }
}

/** As `quantile`, of what is sorted already: a load has a hundred thousand samples. */
function quantileOfSorted(ascending: Float64Array, share: number): number {
  const position = share * (ascending.length - 1)
  const below = Math.floor(position)
  const low = ascending[below] ?? Number.NaN
  return low + ((ascending[below + 1] ?? low) - low) * (position - below)
}
