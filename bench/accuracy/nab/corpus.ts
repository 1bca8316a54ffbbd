import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** One time series of the Numenta Anomaly Benchmark. */
export interface Series {
  /** Folder and file, as the labels name it. */
  readonly name: string
  readonly times: readonly string[]
  readonly values: Float64Array
  /** First and last index of each labelled window, in time order. */
  readonly windows: readonly (readonly [number, number])[]
}

/**
 * The folder of the benchmark: a checkout of github.com/numenta/NAB, or at least its `data` and `labels`, named by
 * SENTINEL_NAB_DIR. Null when that is not set or not such a folder.
 */
export function nabFolder(): string | null {
  const named = process.env.SENTINEL_NAB_DIR
  return named && existsSync(`${named}/labels/combined_windows.json`) ? named : null
}

/** All series, by name, and where their anomalies are. */
export function readCorpus(folder: string): Series[] {
  const labels = readJson(`${folder}/labels/combined_windows.json`) as Record<string, [string, string][]>
  return Object.keys(labels)
    .sort()
    .map((name) => readSeries(folder, name, labels[name] ?? []))
}

/** A column of a file with a header line, as text. */
export function readColumns(path: string): { readonly header: string[]; readonly rows: string[][] } {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split(/\r?\n/)
  return { header: header.split(','), rows: lines.map((line) => line.split(',')) }
}

/** Detectors whose scores the checkout holds, record by record. */
export function publishedDetectors(folder: string): string[] {
  if (!existsSync(`${folder}/results`)) return []
  return readdirSync(`${folder}/results`).filter((name) =>
    existsSync(`${folder}/results/${name}/${name}_standard_scores.csv`),
  )
}

function readSeries(folder: string, name: string, labels: readonly [string, string][]): Series {
  const { rows } = readColumns(`${folder}/data/${name}`)
  const times = rows.map(([time]) => time as string)
  const windows = labels.map(([from, to]) => [indexOf(times, from), indexOf(times, to)] as const)
  return { name, times, values: Float64Array.from(rows, ([, value]) => Number(value)), windows }
}

/** Labels carry fractions of a second, which the data do not. */
function indexOf(times: readonly string[], label: string): number {
  const index = times.indexOf(label.replace(/\.0+$/, ''))
  if (index < 0) throw new Error(`No record at ${label}: labels and data are of different versions`)
  return index
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, 'utf8'))
}
