// What turns scores into verdicts: the threshold, the confidence table, and the columns behind explanations.

import {
  BATCH_ROWS,
  check,
  H_COLUMNS_AT,
  H_CONFIDENCE_AT,
  H_FEATURES,
  H_MAX_ROWS,
  H_ROW_VECTORS,
  H_SCORES_AT,
  H_TRAINING,
  header,
  regionPtr,
  S_COLUMNS,
  S_ROWS,
  S_SCORES,
  S_SHARE,
  S_THRESHOLD,
  slotPtr,
  slotRegionPtr,
} from './layout'
import { scoreRows } from './score'
import { countUpTo, sortAscending } from './sort'

/** Contamination that stands for scikit-learn's 'auto': the threshold is 0.5. */
const AUTO: f64 = 0
const AUTO_THRESHOLD: f64 = 0.5
/**
 * Scores that differ by less are equal but for rounding: the last bits of 2^x differ between implementations by far
 * less, different path lengths give scores that differ by far more.
 */
const TIE: f64 = 1e-12

/**
 * Scores the rows the slot was fitted on, sorts the scores, and sets threshold and confidence table.
 * @param contamination γ in (0, 0.5], or 0 for `auto`
 */
export function calibrate(base: usize, slot: u32, contamination: f64): void {
  const nRows = load<u32>(slotPtr(base, slot) + S_ROWS)
  const rowBytes = (<usize>header(base, H_ROW_VECTORS)) << 4
  const scores = slotRegionPtr(base, slot, H_SCORES_AT)
  let rows = regionPtr(base, H_TRAINING)
  for (let from: u32 = 0; from < nRows; from += BATCH_ROWS) {
    const n = min(BATCH_ROWS, nRows - from)
    scoreRows(base, slot, rows, n, scores + ((<usize>from) << 3))
    rows += <usize>n * rowBytes
  }
  calibrateOn(base, slot, nRows, contamination)
}

/** As `calibrate`, on the n scores that are in the slot's scores already, in any order; n from 1 to maxRows. */
export function calibrateOn(base: usize, slot: u32, n: u32, contamination: f64): void {
  check(n > 0 && n <= header(base, H_MAX_ROWS))
  const at = slotPtr(base, slot)
  const scores = slotRegionPtr(base, slot, H_SCORES_AT)
  sortAscending<f64>(scores, n)
  store<u32>(at + S_SCORES, n)
  if (contamination == AUTO) {
    const above = n - countUpTo<f64>(scores, n, AUTO_THRESHOLD + TIE)
    store<f64>(at + S_SHARE, <f64>above / <f64>n)
    store<f64>(at + S_THRESHOLD, AUTO_THRESHOLD)
  } else {
    store<f64>(at + S_SHARE, contamination)
    store<f64>(at + S_THRESHOLD, upperPercentile(scores, n, contamination))
  }
  fillConfidence(slotRegionPtr(base, slot, H_CONFIDENCE_AT), n, load<f64>(at + S_SHARE))
}

/**
 * The (1-γ) percentile of n ascending scores, linear between neighbours. Counted from the top, as scikit-learn takes
 * the γ percentile of the negated scores, and interpolated as NumPy does it, which is exact at both ends.
 */
function upperPercentile(scores: usize, n: u32, contamination: f64): f64 {
  const position = <f64>(n - 1) * contamination
  const whole = floor(position)
  const t = position - whole
  const upper = load<f64>(scores + ((<usize>(n - 1 - <u32>whole)) << 3))
  if (t == 0) return upper
  const lower = load<f64>(scores + ((<usize>(n - 2 - <u32>whole)) << 3))
  const gap = lower - upper
  return t < 0.5 ? upper + gap * t : lower - gap * (1 - t)
}

/**
 * Fills the table f64[n + 1] with the confidence that a row is anomalous, by the number k of training scores <= its
 * own. ExCeeD (Perini, Vercruyssen, Davis, ECML-PKDD 2020): p = (1+k)/(2+n), m = trunc(nγ),
 * C = P(X > n-m) with X ~ Binomial(n, p).
 * @param share γ
 */
export function fillConfidence(table: usize, n: u32, share: f64): void {
  const m = <u32>(<f64>n * share)
  for (let k: u32 = 0; k <= n; k++) {
    store<f64>(table + ((<usize>k) << 3), upperTail(n, n - m, <f64>(1 + k) / <f64>(2 + n)))
  }
}

/** A smaller probability is 0 in the table, and smaller terms of a sum no longer count. */
const NEGLIGIBLE: f64 = 1e-22
/**
 * Hoeffding: X is t or more away from its mean, on one side, with a probability of at most exp(-2·t²/n). That is below
 * NEGLIGIBLE where t² > this · n: ln(1e22) / 2 = 25.33.
 */
const HOEFFDING: f64 = 25.4

/**
 * P(X > limit) for X ~ Binomial(n, p), 0 < p < 1. Terms are summed from the one nearest the mean, taken as 1, outwards,
 * each from its neighbour, and divided by the sum of all: that needs neither factorials nor logarithms, and nothing
 * underflows.
 */
function upperTail(n: u32, limit: u32, p: f64): f64 {
  if (limit >= n) return 0
  const mean = <f64>n * p
  const distance = <f64>limit + 0.5 - mean
  // Of X > limit and X <= limit, the one that does not hold the mean begins |distance| or more away from it. Comparing
  // distance² would do; the other terms are a margin of about one unit of distance.
  if (distance * distance > HOEFFDING * <f64>n + abs(distance) * 2 + 1) return distance > 0 ? 0 : 1
  const odds = p / (1 - p)
  const mode = min(n, <u32>mean)
  let above: f64 = 0
  let all: f64 = 0
  let term: f64 = 1
  for (let j = mode; ; ) {
    all += term
    if (j > limit) above += term
    if (j == n || term < NEGLIGIBLE * all) break
    term *= (<f64>(n - j) / <f64>(j + 1)) * odds
    j++
  }
  term = 1
  for (let j = mode; j > 0; ) {
    term *= <f64>j / (<f64>(n - j + 1) * odds)
    j--
    all += term
    if (j > limit) above += term
    if (term < NEGLIGIBLE * all) break
  }
  return above / all
}

/**
 * Probability that the verdict on a score survives a redraw of the training rows. NaN before calibration.
 *
 * Of training scores that equal it one counts as its own, and the others as not below it: a redraw repeats them, and
 * decides them as it decides this one. Counted as below, they would make of every row that most rows are equal to one
 * that a redraw calls anomalous.
 */
export function confidence(base: usize, slot: u32, score: f64): f64 {
  const at = slotPtr(base, slot)
  const n = load<u32>(at + S_SCORES)
  if (n == 0) return NaN
  const scores = slotRegionPtr(base, slot, H_SCORES_AT)
  const below = countUpTo<f64>(scores, n, score - TIE)
  // The one behind those below is the first that may equal it.
  const equals = below < n && load<f64>(scores + ((<usize>below) << 3)) <= score + TIE
  const k = below + <u32>equals
  const ofAnomaly = load<f64>(slotRegionPtr(base, slot, H_CONFIDENCE_AT) + ((<usize>k) << 3))
  return exceeds(score, load<f64>(at + S_THRESHOLD)) ? ofAnomaly : 1 - ofAnomaly
}

/** Whether a score is strictly above a threshold. Equal but for rounding is a tie, and a tie is normal. */
export function exceeds(score: f64, threshold: f64): bool {
  return score - threshold > TIE
}

/** Sorts each feature of the rows the slot was fitted on into its columns, for medians and percentiles. */
export function summarize(base: usize, slot: u32): void {
  const at = slotPtr(base, slot)
  const nRows = load<u32>(at + S_ROWS)
  const nFeatures = <usize>header(base, H_FEATURES)
  const rowBytes = (<usize>header(base, H_ROW_VECTORS)) << 4
  const columnBytes = (<usize>header(base, H_MAX_ROWS)) << 2
  const training = regionPtr(base, H_TRAINING)
  let column = slotRegionPtr(base, slot, H_COLUMNS_AT)
  for (let f: usize = 0; f < nFeatures; f++) {
    let from = training + (f << 2)
    for (let row: usize = 0; row < nRows; row++) {
      store<f32>(column + (row << 2), load<f32>(from))
      from += rowBytes
    }
    sortAscending<f32>(column, nRows)
    column += columnBytes
  }
  store<u32>(at + S_COLUMNS, nRows)
}
