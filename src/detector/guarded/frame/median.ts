import { betweenTwo } from '../../baseline/columns.js'

/**
 * Median of the first n values, n >= 1, which end up in another order (Hoare's selection, middle element as
 * pivot: linear time but for contrived orders, no allocation). The mean of the middle two when n is even.
 */
export function medianOf(values: Float64Array, n: number): number {
  const middle = n >> 1
  const upper = select(values, n, middle)
  if (n % 2 === 1) return upper
  let lower = values[0] as number
  for (let i = 1; i < middle; i++) lower = Math.max(lower, values[i] as number)
  return betweenTwo(lower, upper)
}

/** 1.4826 times the median absolute deviation: the standard deviation, where the values are Gaussian. */
export function spreadAround(center: number, values: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) values[i] = Math.abs((values[i] as number) - center)
  return 1.4826 * medianOf(values, n)
}

/** The k-th smallest of the first n; everything before it is no larger. */
function select(values: Float64Array, n: number, k: number): number {
  let left = 0
  let right = n - 1
  while (left < right) {
    const pivot = values[k] as number
    let i = left
    let j = right
    do {
      while ((values[i] as number) < pivot) i += 1
      while (pivot < (values[j] as number)) j -= 1
      if (i <= j) {
        const swap = values[i] as number
        values[i++] = values[j] as number
        values[j--] = swap
      }
    } while (i <= j)
    if (j < k) left = i
    if (k < i) right = j
  }
  return values[k] as number
}
