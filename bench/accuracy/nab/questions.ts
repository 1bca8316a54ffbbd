import { table } from '../../table.js'
import type { Extent } from '../alerts/extent.js'
import { nabFolder, publishedDetectors, readCorpus, type Series } from './corpus.js'
import { notices } from './notices.js'
import { rescore, summary } from './published.js'
import { type SeriesScores, scoresOf } from './series-scores.js'
import { type NabScore, standardScore } from './standard-score.js'

/** What is said where the benchmark is not at hand: this repository does not ship it. */
const MISSING = 'Skipped: set SENTINEL_NAB_DIR to a checkout of github.com/numenta/NAB.'
/** -ln p of the alert rate. */
const RATE_SURPRISE = Math.log(1000)

/**
 * The benchmark's standard score of the forest's score, of -ln p, of that as notices, and of it where somebody is told,
 * each at the threshold that is best for the corpus; then without one: by p at the alert rate, and by all that is told.
 * Detectors whose outputs the checkout holds follow, by our reckoning beside what was published.
 */
export async function nabTable({ count, progress }: Extent): Promise<string> {
  const folder = nabFolder()
  if (folder === null) return MISSING
  const whole = readCorpus(folder)
  // In short one series of each folder or so.
  const corpus = count === undefined ? whole : whole.filter((_, i) => i % 9 === 4)
  const said: SeriesScores[] = []
  for (const series of corpus) {
    progress(series.name)
    said.push(await scoresOf(series))
  }
  const surprises = said.map(({ surprise }) => surprise)
  const noticed = surprises.map(notices)
  const told = said.map(({ told }) => told)
  const rows = [
    rowOf(
      'score of the forest',
      standardScore(
        corpus,
        said.map(({ scores }) => scores),
      ),
    ),
    rowOf('-ln p', standardScore(corpus, surprises)),
    rowOf('-ln p as notices', standardScore(corpus, noticed)),
    rowOf('alerts and incidents', standardScore(corpus, told)),
    rowOf('p ≤ 0.001', standardScore(corpus, surprises, RATE_SURPRISE)),
    rowOf('p ≤ 0.001 as notices', standardScore(corpus, noticed, RATE_SURPRISE)),
    rowOf('all alerts and incidents', standardScore(corpus, told, Number.MIN_VALUE)),
  ]
  const ours = table(['what ranks', 'score', 'windows found', 'alerts outside', 'at'], rows)
  return count === undefined ? `${ours}\n\n${publishedTable(folder, whole)}` : ours
}

function rowOf(name: string, { score, found, windows, falseAlarms, threshold }: NabScore): string[] {
  return [name, score.toFixed(1), `${found} of ${windows}`, String(falseAlarms), threshold.toPrecision(3)]
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
