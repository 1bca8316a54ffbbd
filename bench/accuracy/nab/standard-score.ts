import type { Series } from './corpus.js'

/** Weight of a false alarm in the standard profile; hits and misses weigh 1. */
const FALSE_ALARM = 0.11
/** Share of a series that nothing is asked of, but no more than that of this many records. */
const PROBATION = 0.15
const PROBATION_RECORDS = 5000

/** What a detector reached. */
export interface NabScore {
  /** 0 is a detector that says nothing, 100 one that alerts at the first record of each window. */
  readonly score: number
  /** Records that score at least this are alerts. */
  readonly threshold: number
  /** Windows with an alert in them, of so many; alerts outside of windows. */
  readonly found: number
  readonly windows: number
  readonly falseAlarms: number
}

/** What an alert at a record is worth, and the window that it is in. */
interface Worth {
  readonly anomalyScore: number
  readonly worth: number
  /** -1 outside of windows. */
  readonly window: number
}

/**
 * The standard score of the Numenta Anomaly Benchmark (Lavin and Ahmad, ICMLA 2015) at the threshold that is best
 * for the corpus, or at a given one. The earliest alert in a window earns 2σ(-5y) - 1, scaled so that the window's
 * first record earns 1; y rises from -1 to 0 across the window. A window without an alert costs 1. Each alert outside
 * costs up to 0.11, less shortly after a window. The first 15% of a series are not counted.
 */
export function standardScore(
  corpus: readonly Series[],
  scores: readonly ArrayLike<number>[],
  at?: number,
): NabScore {
  const worths: Worth[] = []
  let windows = 0
  for (const [s, series] of corpus.entries()) {
    worthOf(series, scores[s] as ArrayLike<number>, windows, worths)
    windows += series.windows.length
  }
  worths.sort((a, b) => b.anomalyScore - a.anomalyScore)
  // Windows that lie within the probation are neither missed nor found.
  const counted = new Set(worths.map(({ window }) => window))
  counted.delete(-1)
  const least = -counted.size
  const earned = new Map<number, number>()
  let [total, falseAlarms] = [least, 0]
  let best = { total, threshold: Number.POSITIVE_INFINITY, found: 0, falseAlarms: 0 }
  for (const [i, { anomalyScore, worth, window }] of worths.entries()) {
    if (at !== undefined && !(anomalyScore >= at)) break
    if (window < 0) {
      falseAlarms += 1
      total += worth
    } else {
      const before = earned.get(window) ?? -1
      total += Math.max(0, worth - before)
      earned.set(window, Math.max(worth, before))
    }
    if (worths[i + 1]?.anomalyScore === anomalyScore) continue
    if (at !== undefined || total > best.total) {
      best = { total, threshold: anomalyScore, found: earned.size, falseAlarms }
    }
  }
  const { threshold, found } = best
  const score = (100 * (best.total - least)) / (windows - least)
  return { score, threshold, found, windows, falseAlarms: best.falseAlarms }
}

/** First record that counts. */
export function probationOf(nRecords: number): number {
  return Math.ceil(Math.min(Math.floor(PROBATION * nRecords), PROBATION * PROBATION_RECORDS))
}

function worthOf(series: Series, scores: ArrayLike<number>, firstWindow: number, into: Worth[]): void {
  const probation = probationOf(scores.length)
  const first = sigmoid(1)
  let next = 0
  for (let i = 0; i < scores.length; i++) {
    while (next < series.windows.length && i > (series.windows[next] as readonly [number, number])[1])
      next += 1
    if (i < probation) continue
    const [from, to] = series.windows[next] ?? [Number.POSITIVE_INFINITY, 0]
    const inside = i >= from
    let worth: number
    if (inside) worth = sigmoid((to - i + 1) / (to - from + 1)) / first
    else worth = FALSE_ALARM * afterWindow(series.windows[next - 1], i)
    into.push({ anomalyScore: scores[i] as number, worth, window: inside ? firstWindow + next : -1 })
  }
}

/** An alert well behind the last window is wholly false. */
function afterWindow(window: readonly [number, number] | undefined, i: number): number {
  if (window === undefined) return -1
  const widths = (i - window[1]) / (window[1] - window[0])
  return widths > 3 ? -1 : sigmoid(-widths)
}

/** 2σ(5x) - 1. */
function sigmoid(x: number): number {
  return 2 / (1 + Math.exp(-5 * x)) - 1
}
