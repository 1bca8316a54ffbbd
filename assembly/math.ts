// Arithmetic that must give the same bits in every JavaScript engine: only + - * / on f64, no calls into the
// host's Math, whose logarithms differ by engine, and no lookup tables, which would be data segments.

const EULER_GAMMA: f64 = 0.5772156649015329
const LN2: f64 = 0.6931471805599453

/**
 * Natural logarithm of a normal x > 0, within 2 ulp: ln(m·2^e) = e·ln 2 + 2·atanh((m-1)/(m+1)), m from √½ to √2,
 * and atanh(s) = s + s³/3 + s⁵/5 + …, as far as s²⁵/25.
 */
export function ln(x: f64): f64 {
  const bits = reinterpret<i64>(x)
  let exponent = <f64>((bits >> 52) - 1023)
  let m = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000)
  if (m > 1.4142135623730951) {
    m *= 0.5
    exponent += 1
  }
  const s = (m - 1) / (m + 1)
  const ss = s * s
  let sum: f64 = 0
  for (let k = 25; k > 0; k -= 2) sum = sum * ss + 1 / <f64>k
  return exponent * LN2 + 2 * s * sum
}

/**
 * 2^x for x <= 0, within 1 ulp, exact at integers; 0 below the normal range. 2^x = 2^whole · exp(t) with
 * t = (x - whole)·ln 2, |x - whole| <= 1/2: the Taylor series of exp, Σ t^k/k! up to k = 13, in Estrin's order so that
 * its products overlap.
 */
export function exp2(x: f64): f64 {
  if (x < -1022) return 0
  const whole = nearest(x)
  const t = (x - whole) * LN2
  const t2 = t * t
  const t4 = t2 * t2
  const p0 = 1 + t + t2 * (0.5 + t * 0.16666666666666666)
  const p1 =
    0.041666666666666664 + t * 0.008333333333333333 + t2 * (0.001388888888888889 + t * 0.0001984126984126984)
  const p2 =
    2.48015873015873e-5 + t * 2.7557319223985893e-6 + t2 * (2.755731922398589e-7 + t * 2.505210838544172e-8)
  const p3 = 2.08767569878681e-9 + t * 1.6059043836821613e-10
  const p = p0 + t4 * (p1 + t4 * (p2 + t4 * p3))
  return p * reinterpret<f64>((<i64>whole + 1023) << 52)
}

/**
 * Mean path length of an unsuccessful search in a binary search tree of n rows, as scikit-learn has it:
 * 0, 0, 1, then 2(ln(n-1) + γ) - 2(n-1)/n. (Liu, Ting, Zhou 2008, eq. 1, with H(i) ≈ ln i + γ.)
 */
export function averagePathLength(n: u32): f64 {
  if (n <= 1) return 0
  if (n == 2) return 1
  const m = <f64>n
  return 2 * (ln(m - 1) + EULER_GAMMA) - (2 * (m - 1)) / m
}
