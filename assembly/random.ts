// SplitMix64 (Steele, Lea, Flood 2014): 64 bits of state, passes BigCrush, takes any integer as a seed.

/** State of the stream in use. `seedTree` sets it before each tree, so trees do not depend on the order they grow in. */
let state: u64 = 0

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15

// @ts-expect-error: decorators are valid AssemblyScript
@inline
function next(): u64 {
  state += GOLDEN
  let z = state
  z = (z ^ (z >> 30)) * 0xbf58_476d_1ce4_e5b9
  z = (z ^ (z >> 27)) * 0x94d0_49bb_1331_11eb
  return z ^ (z >> 31)
}

/** Starts the stream of one tree of a forest; the first number, itself well mixed, becomes the state. */
export function seedTree(seed: u32, tree: u32): void {
  state = ((<u64>seed) << 32) | tree
  state = next()
}

/** Uniform integer in [0, n), n >= 1; the bias is below n / 2^32. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function below(n: u32): u32 {
  return <u32>(((next() >> 32) * <u64>n) >> 32)
}

/** Uniform in [0, 1), 53 bits. */
// @ts-expect-error: decorators are valid AssemblyScript
@inline
export function uniform(): f64 {
  return <f64>(next() >> 11) * 1.1102230246251565e-16
}
