// What turns scores into verdicts: the threshold, the confidence table, and the columns behind explanations.

import {
  BATCH_ROWS,
  check,
  H_ROW_WORDS,
  H_COLUMNS_AT,
  H_CONFIDENCE_AT,
  H_FEATURES,
  H_MAX_ROWS,
  H_SCORES_AT,
  H_TRAINING,
  regionPtr,
  S_COLUMNS,
  S_ROWS,
  S_SCORES,
  S_SHARE,
  S_THRESHOLD,
  slotPtr,
  slotRegionPtr,
  word,
} from './layout'
import { scoreRows } from './score'
import { countUpTo, sortAscending } from './sort'

/** Contamination that stands for scikit-learn's 'auto': the threshold is 0.5. */
const AUTO: f64 = 0
const AUTO_THRESHOLD: f64 = 0.5
/** Rounding between implementations of 2^x is far below this, differences between real scores far above. */
const TIE: f64 = 1e-12

/**
 * Scores the training rows, sorts the scores, and sets threshold and confidence table for a contamination
 * (0 is `auto`).
 */
export function calibrate(base: usize, slot: u32, contamination: f64): void {
  const nRows = load<u32>(slotPtr(base, slot) + S_ROWS)
  const rowBytes = (<usize>word(base, H_ROW_WORDS)) << 4
  const scores = slotRegionPtr(base, slot, H_SCORES_AT)
  let rows = regionPtr(base, H_TRAINING)
  for (let from: u32 = 0; from < nRows; from += BATCH_ROWS) {
    const n = min(BATCH_ROWS, nRows - from)
    scoreRows(base, slot, rows, n, scores + ((<usize>from) << 3))
    rows += <usize>n * rowBytes
  }
  calibrateOn(base, slot, nRows, contamination)
}

/** As `calibrate`, on n scores that are already in the slot's scores, in any order. */
export function calibrateOn(base: usize, slot: u32, n: u32, contamination: f64): void {
  check(n > 0 && n <= word(base, H_MAX_ROWS))
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
 * The (1-γ) percentile of ascending scores, linear between neighbours. Computed from the top, as scikit-learn
 * computes the γ percentile of the negated scores, with NumPy's interpolation, which is exact at both ends.
 */
function upperPercentile(scores: usize, n: u32, contamination: f64): f64 {
  const position = <f64>(n - 1) * contamination
  const whole = floor(position)
  const t = position - whole
  const upper = load<f64>(scores + ((<usize>(n - 1 - <u32>whole)) << 3))
  if (t == 0) return upper
  const lower = load<f64>(scores + ((<usize>(n - 2 - <u32>whole)) << 3))
  const step = lower - upper
  return t < 0.5 ? upper + step * t : lower - step * (1 - t)
}

/**
 * ExCeeD (Perini, Vercruyssen, Davis, ECML-PKDD 2020), formula for an anomaly: for k = 0..n training scores
 * <= s, p = (1+k)/(2+n) and m = trunc(nγ), C = P(X > n-m), X ~ Binomial(n, p).
 */
export function fillConfidence(table: usize, n: u32, share: f64): void {
  const m = <u32>(<f64>n * share)
  for (let k: u32 = 0; k <= n; k++) {
    store<f64>(table + ((<usize>k) << 3), upperTail(n, n - m, <f64>(1 + k) / <f64>(2 + n)))
  }
}

/** Below this a probability is 0 in the table and terms of the sum no longer count. */
const NEGLIGIBLE: f64 = 1e-22
/** exp(-2·t²/n) < NEGLIGIBLE beyond t² = this · n: Hoeffding's bound on both tails. */
const HOEFFDING: f64 = 25.4

/**
 * P(X > limit) for X ~ Binomial(n, p), 0 < p < 1. Every term is taken relative to the one nearest the mean and
 * the sum of all divides out, so neither factorials nor logarithms are needed and nothing underflows.
 */
function upperTail(n: u32, limit: u32, p: f64): f64 {
  if (limit >= n) return 0
  const mean = <f64>n * p
  const distance = <f64>limit + 0.5 - mean
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

/** Probability that the verdict on a score survives a redraw of the training rows. NaN if uncalibrated. */
export function confidence(base: usize, slot: u32, score: f64): f64 {
  const at = slotPtr(base, slot)
  const n = load<u32>(at + S_SCORES)
  if (n == 0) return NaN
  const k = countUpTo<f64>(slotRegionPtr(base, slot, H_SCORES_AT), n, score)
  const ofAnomaly = load<f64>(slotRegionPtr(base, slot, H_CONFIDENCE_AT) + ((<usize>k) << 3))
  return exceeds(score, load<f64>(at + S_THRESHOLD)) ? ofAnomaly : 1 - ofAnomaly
}

/** Whether a score is strictly above a threshold; equal but for rounding is a tie, and ties are normal. */
export function exceeds(score: f64, threshold: f64): bool {
  return score - threshold > TIE
}

/** Sorts each feature of the training rows into the slot's columns, for medians and percentiles. */
export function summarize(base: usize, slot: u32): void {
  const at = slotPtr(base, slot)
  const nRows = load<u32>(at + S_ROWS)
  const nFeatures = <usize>word(base, H_FEATURES)
  const rowBytes = (<usize>word(base, H_ROW_WORDS)) << 4
  const columnBytes = (<usize>word(base, H_MAX_ROWS)) << 2
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
