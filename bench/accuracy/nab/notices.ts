/** An incident stays open while records at most this probable come: -ln p = 6 is one in 400. */
const KEEPS_OPEN = 6
/** Calm records that end it. */
const CALM_RECORDS = 50
/** It is told of again when it became ten times less probable. */
const GROWTH = Math.LN10

/**
 * What somebody would be told of: -ln p of the records that open an incident or take it tenfold beyond its peak,
 * 0 elsewhere. The benchmark counts each alert outside of its windows, and an incident is one alert, however long.
 */
export function notices(surprises: ArrayLike<number>): Float64Array {
  const told = new Float64Array(surprises.length)
  let peak = 0
  let lastOdd = Number.NEGATIVE_INFINITY
  for (let i = 0; i < surprises.length; i++) {
    const surprise = surprises[i] as number
    if (i - lastOdd > CALM_RECORDS) peak = 0
    if (surprise > (peak === 0 ? 0 : peak + GROWTH)) {
      told[i] = surprise
      peak = surprise
    }
    if (surprise >= KEEPS_OPEN) lastOdd = i
  }
  return told
}
