import process from 'node:process'
import { readForestFile } from '../../config/forest-file.js'
import { IsolationForest } from '../../forest/isolation-forest.js'
import { argumentsOf, oneOf, usageError } from '../arguments.js'
import { CommandError, EXIT } from '../exit.js'
import { labelOf } from '../formats/format.js'
import { readLines } from '../history/read-lines.js'
import { auroc, averagePrecision } from '../replay/ranking.js'
import { writeOut } from '../write-out.js'
import { headOf, numberIn, type TableHead } from './columns.js'
import { cellsOrNone } from './table.js'

const FORMS = ['csv', 'ndjson'] as const
type Form = (typeof FORMS)[number]

export const SCORE_USAGE = `Usage: codeflow-sentinel score FOREST TABLE [options]

Scores the rows of a table by a forest: bytes of codeflow-sentinel fit, the library or the playground, or a scikit-learn
document. Columns are found by the names that the forest was fitted with; where it knows none, the first ones are taken.
TABLE is text or gzip, with commas, semicolons or tabs; - is the standard input. A row in which a number is missing gets
no score.

  --format FORM       ${FORMS.join(', ')}: the table with two columns more, score and anomalous, or a line of JSON for each
                      row. Default: csv
  --label NAME        column that marks anomalies: then AUROC and average precision are told; default: label

Exit codes: 0 done, 2 the call is wrong, 3 a file cannot be read or used.
`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  format: { type: 'string' },
  label: { type: 'string' },
} as const

/** @returns the exit code @throws CommandError in one line */
export async function score(args: readonly string[]): Promise<number> {
  const { values, positionals } = argumentsOf('score', args, OPTIONS)
  if (values.help === true) {
    await writeOut(SCORE_USAGE)
    return EXIT.done
  }
  const [forestPath, path] = positionals
  if (forestPath === undefined || path === undefined || positionals.length > 2)
    throw usageError('score needs a forest and a table; see codeflow-sentinel score --help')
  const form = oneOf('--format', values.format ?? 'csv', FORMS)
  const scoring = new Scoring(await forestOf(forestPath), path, values.label ?? 'label', form)
  for await (const lines of readLines(path, () => {})) {
    const text = scoring.add(lines)
    if (text !== '') await writeOut(text)
  }
  process.stderr.write(`${scoring.report()}\n`)
  return EXIT.done
}

async function forestOf(path: string): Promise<IsolationForest> {
  try {
    return await IsolationForest.fromBytes(await readForestFile(path))
  } catch (error) {
    throw new CommandError(
      EXIT.input,
      `${path} cannot be used: ${(error as Error).message.split('\n', 1)[0]}`,
    )
  }
}

/** Scores lines as they come. */
class Scoring {
  readonly #forest: IsolationForest
  readonly #path: string
  readonly #label: string
  readonly #form: Form
  #head: TableHead | null = null
  #features: number[] = []
  #labelAt = -1
  #rows = 0
  #anomalies = 0
  #unscored = 0
  readonly #labels: number[] = []
  readonly #scores: number[] = []

  constructor(forest: IsolationForest, path: string, label: string, form: Form) {
    this.#forest = forest
    this.#path = path
    this.#label = label
    this.#form = form
  }

  /** What is to be printed for these lines. */
  add(lines: readonly string[]): string {
    let text = ''
    for (const line of lines) {
      if (line.trim() === '') continue
      if (this.#head !== null) text += this.#row(line)
      else {
        this.#begin(line)
        if (this.#head !== null && !(this.#head as TableHead).named) text += this.#row(line)
        else if (this.#form === 'csv') text += this.#joined(line, 'score', 'anomalous')
      }
    }
    return text
  }

  report(): string {
    const lines = [`${this.#rows} rows, ${this.#anomalies} anomalous, ${this.#unscored} without a score`]
    if (this.#labels.length > 0) {
      const figures = [auroc(this.#scores, this.#labels), averagePrecision(this.#scores, this.#labels)]
      const [area, precision] = figures.map((each) => (Number.isNaN(each) ? 'undefined' : each.toFixed(3)))
      lines.push(`${this.#labels.length} labelled: AUROC ${area}, average precision ${precision}`)
    }
    return lines.join('\n')
  }

  #begin(line: string): void {
    try {
      this.#head = headOf(line)
    } catch (error) {
      throw this.#unusable((error as Error).message)
    }
    const { names } = this.#head
    const { featureNames, nFeatures } = this.#forest
    const missing = featureNames?.filter((name) => !names.includes(name)) ?? []
    if (missing.length > 0) throw this.#unusable(`it has no column ${missing.join(', ')}`)
    if (featureNames === null && names.length < nFeatures)
      throw this.#unusable(`it has ${names.length} columns, and the forest looks at ${nFeatures}`)
    this.#features =
      featureNames?.map((name) => names.indexOf(name)) ?? Array.from({ length: nFeatures }, (_, f) => f)
    this.#labelAt = names.indexOf(this.#label)
  }

  #row(line: string): string {
    this.#rows++
    const cells = cellsOrNone(line, this.#head as TableHead)
    const row = cells === null ? null : this.#features.map((f) => numberIn(cells[f] as string))
    if (cells === null || row === null || row.some(Number.isNaN)) {
      this.#unscored++
      return this.#told(line, null, false)
    }
    const score = this.#forest.score(row)
    const anomalous = score > this.#forest.threshold
    if (anomalous) this.#anomalies++
    const label = this.#labelAt < 0 ? null : labelOf(cells[this.#labelAt])
    if (label !== null) {
      this.#labels.push(label ? 1 : 0)
      this.#scores.push(score)
    }
    return this.#told(line, score, anomalous)
  }

  #told(line: string, score: number | null, anomalous: boolean): string {
    if (this.#form === 'ndjson') return `${JSON.stringify({ row: this.#rows, score, anomalous })}\n`
    return score === null
      ? this.#joined(line, '', '')
      : this.#joined(line, String(score), anomalous ? '1' : '0')
  }

  #joined(line: string, score: string, anomalous: string): string {
    const separator = (this.#head as TableHead).separator
    return `${[line.replace(/\r$/, ''), score, anomalous].join(separator)}\n`
  }

  #unusable(reason: string): CommandError {
    return new CommandError(EXIT.input, `${this.#path} cannot be used: ${reason}`)
  }
}
