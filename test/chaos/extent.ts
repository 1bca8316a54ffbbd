/** Whether chaos tests and properties are tried as long as they should, or in the short form that goes with every test run. */
export const LONG = process.env.SENTINEL_CHAOS === 'long'

/** One of two extents. */
export function extent(long: number, short: number): number {
  return LONG ? long : short
}
