/** ln of the binomial coefficient, by adding logarithms: slow, and right to about 1e-12 for n <= 1000. */
function lnChoose(n: number, k: number): number {
  let sum = 0
  for (let i = 1; i <= k; i++) sum += Math.log((n - k + i) / i)
  return sum
}

/**
 * ExCeeD (Perini, Vercruyssen, Davis, ECML-PKDD 2020) for an anomaly: 1 - BinomCDF(n - trunc(nγ); n, p) with
 * p = (1+k)/(2+n), k of the n training scores being <= s. Terms are summed as they stand.
 */
export function confidenceIfAnomaly(n: number, contamination: number, k: number): number {
  const limit = n - Math.trunc(n * contamination)
  const p = (1 + k) / (2 + n)
  let sum = 0
  for (let j = limit + 1; j <= n; j++) {
    sum += Math.exp(lnChoose(n, j) + j * Math.log(p) + (n - j) * Math.log1p(-p))
  }
  return sum
}

/** The (1-γ) percentile with linear interpolation. */
export function upperPercentile(scores: ArrayLike<number>, contamination: number): number {
  const ascending = Array.from(scores).sort((a, b) => a - b)
  const position = (1 - contamination) * (ascending.length - 1)
  const below = Math.floor(position)
  const low = ascending[below] as number
  const high = ascending[below + 1] ?? low
  return low + (high - low) * (position - below)
}
