import { readFileSync } from 'node:fs'
import { readColumns, type Series } from './corpus.js'
import { standardScore } from './standard-score.js'

/** A detector's score as the benchmark's authors published it, and as it comes out here from its outputs. */
export interface Published {
  readonly name: string
  readonly published: number
  readonly here: number
  /** At the threshold that is best by our reckoning. */
  readonly best: number
}

/**
 * Scores the outputs that the benchmark's checkout holds for a detector, at the threshold its authors found. Only
 * totals are compared: the published file states the sum over the corpus before it is normalised.
 */
export function rescore(folder: string, corpus: readonly Series[], name: string): Published {
  const { rows } = readColumns(`${folder}/results/${name}/${name}_standard_scores.csv`)
  const total = Number(rows.at(-1)?.[4])
  const threshold = Number(rows[0]?.[3])
  const scores = corpus.map((series) => readScores(folder, series, name))
  const windows = corpus.reduce((sum, series) => sum + series.windows.length, 0)
  const missedAll = Number(readColumns(`${folder}/results/null/null_standard_scores.csv`).rows.at(-1)?.[4])
  return {
    name,
    published: (100 * (total - missedAll)) / (windows - missedAll),
    here: standardScore(corpus, scores, threshold).score,
    best: standardScore(corpus, scores).score,
  }
}

/** Scores stated in the benchmark's summary, by detector. */
export function summary(folder: string): Record<string, { readonly standard: number }> {
  return JSON.parse(readFileSync(`${folder}/results/final_results.json`, 'utf8'))
}

function readScores(folder: string, series: Series, name: string): Float64Array {
  const [group, file] = series.name.split('/') as [string, string]
  const { header, rows } = readColumns(`${folder}/results/${name}/${group}/${name}_${file}`)
  const column = header.indexOf('anomaly_score')
  return Float64Array.from(rows, (row) => Number(row[column]))
}
