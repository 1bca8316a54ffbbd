import { table } from '../../table.js'
import type { Extent } from '../alerts/extent.js'
import { spread } from '../alerts/figures.js'
import { nabFolder, publishedDetectors, readCorpus, type Series } from './corpus.js'
import { notices } from './notices.js'
import { rescore, summary } from './published.js'
import { type SeriesScores, scoresOf } from './series-scores.js'
import { type NabScore, standardScore } from './standard-score.js'

/** What is said where the benchmark is not at hand: this repository does not ship it. */
const MISSING = 'Skipped: set SENTINEL_NAB_DIR to a checkout of github.com/numenta/NAB.'
/** -ln p of the alert rate. */
const RATE_SURPRISE = Math.log(1000)

/** Ways to rank the records of the corpus; without a threshold the one that is best for it is taken. */
const RANKINGS: readonly [name: string, rank: (said: SeriesScores) => Float64Array, threshold?: number][] = [
  ['score of the forest', ({ scores }) => scores],
  ['-ln p', ({ surprise }) => surprise],
  ['-ln p as notices', ({ surprise }) => notices(surprise)],
  ['alerts and incidents', ({ told }) => told],
  ['p ≤ 0.001', ({ surprise }) => surprise, RATE_SURPRISE],
  ['p ≤ 0.001 as notices', ({ surprise }) => notices(surprise), RATE_SURPRISE],
  ['all alerts and incidents', ({ told }) => told, Number.MIN_VALUE],
]

/**
 * The benchmark's standard score of the forest's score, of -ln p, of that as notices, and of it where somebody is told,
 * each at the threshold that is best for the corpus; then without one: by p at the alert rate, and by all that is told.
 * Medians of several seeds of the forest. Detectors whose outputs the checkout holds follow, by our reckoning beside what
 * was published.
 */
export async function nabTable({ count, forestSeeds, progress }: Extent): Promise<string> {
  const folder = nabFolder()
  if (folder === null) return MISSING
  const whole = readCorpus(folder)
  // In short one series of each folder or so.
  const corpus = count === undefined ? whole : whole.filter((_, i) => i % 9 === 4)
  const results: NabScore[][] = []
  for (const seed of forestSeeds) {
    progress(`seed ${seed}`)
    const said: SeriesScores[] = []
    for (const series of corpus) said.push(await scoresOf(series, seed))
    results.push(RANKINGS.map(([, rank, threshold]) => standardScore(corpus, said.map(rank), threshold)))
  }
  const rows = RANKINGS.map(([name], i) =>
    rowOf(
      name,
      results.map((ofSeed) => ofSeed[i] as NabScore),
    ),
  )
  const ours = table(['what ranks', 'score', 'windows found', 'alerts outside', 'at'], rows)
  return count === undefined ? `${ours}\n\n${publishedTable(folder, whole)}` : ours
}

function rowOf(name: string, results: readonly NabScore[]): string[] {
  const column = (field: keyof NabScore, digits = 0): string =>
    spread(
      results.map((result) => result[field]),
      digits,
    )
  const windows = `${column('found')} of ${results[0]?.windows}`
  return [name, column('score', 1), windows, column('falseAlarms'), column('threshold', 3)]
}

function publishedTable(folder: string, corpus: readonly Series[]): string {
  const detectors = publishedDetectors(folder)
  if (detectors.length === 0) return 'The checkout holds no outputs of other detectors.'
  const stated = summary(folder)
  const rows = detectors.map((name) => {
    const { here } = rescore(folder, corpus, name)
    return [name, stated[name]?.standard.toFixed(1) ?? 'none', here.toFixed(1)]
  })
  return table(['detector', 'published', 'by our reckoning'], rows)
}
