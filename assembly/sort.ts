// Heapsort (Williams 1964), ascending: in place, without recursion, and n log n comparisons for every input, so that
// nobody can send rows that take longer.

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function at<T>(array: usize, i: usize): T {
  return load<T>(array + i * sizeof<T>())
}

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function put<T>(array: usize, i: usize, value: T): void {
  store<T>(array + i * sizeof<T>(), value)
}

/** Sorts the n numbers at `array`, none of which is NaN. */
export function sortAscending<T>(array: usize, n: u32): void {
  const count = <usize>n
  for (let i = count >> 1; i > 0; i--) sink<T>(array, i - 1, count, at<T>(array, i - 1))
  for (let end = count; end > 1; end--) {
    const last = at<T>(array, end - 1)
    put<T>(array, end - 1, at<T>(array, 0))
    sink<T>(array, 0, end - 1, last)
  }
}

/**
 * Puts `value` into the heap [0, end), whose element `hole` is free. From there down the larger child moves up, to the
 * bottom; then the value rises from the bottom until its parent is no smaller. That takes about half the comparisons
 * of letting it sink (Wegener 1993).
 */
function sink<T>(array: usize, hole: usize, end: usize, value: T): void {
  const top = hole
  let child: usize = 2 * hole + 1
  for (; child + 1 < end; child = 2 * child + 1) {
    child += <usize>u32(at<T>(array, child + 1) > at<T>(array, child))
    put<T>(array, hole, at<T>(array, child))
    hole = child
  }
  if (child < end) {
    put<T>(array, hole, at<T>(array, child))
    hole = child
  }
  while (hole > top) {
    const parent = (hole - 1) >> 1
    if (at<T>(array, parent) >= value) break
    put<T>(array, hole, at<T>(array, parent))
    hole = parent
  }
  put<T>(array, hole, value)
}

/** How many of the n ascending numbers at `array` are <= value. */
export function countUpTo<T>(array: usize, n: u32, value: T): u32 {
  let low: u32 = 0
  let high = n
  while (low < high) {
    const middle = (low + high) >> 1
    if (at<T>(array, middle) <= value) low = middle + 1
    else high = middle
  }
  return low
}
