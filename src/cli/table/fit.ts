import { rename, writeFile } from 'node:fs/promises'
import process from 'node:process'
import { IsolationForest } from '../../forest/isolation-forest.js'
import { type Contamination, FOREST_DEFAULTS, type ForestOptions } from '../../forest/options.js'
import { argumentsOf, usageError } from '../arguments.js'
import { CommandError, EXIT } from '../exit.js'
import { writeOut } from '../write-out.js'
import { type Column, readTable, type Table } from './table.js'

export const FIT_USAGE = `Usage: codeflow-sentinel fit TABLE -o FOREST [options]

Grows an isolation forest from the rows of a table, and writes its bytes: for codeflow-sentinel score, the library, the
playground, or, where the columns are latency, input_length and errors, for a service with SENTINEL_FOREST. The same table
and options give the same bytes. TABLE is text or gzip, with commas, semicolons or tabs; - is the standard input. Rows in
which a number is missing are left out and counted.

  -o, --output FOREST the file to write
  --columns A,B       columns to look at; default: all that hold numbers, but for the label
  --label NAME        column that marks anomalies, and is not learnt from; default: label
  --trees N           default: ${FOREST_DEFAULTS.nTrees}
  --subsample N       rows each tree is grown on; default: ${FOREST_DEFAULTS.subsampleSize}
  --contamination N   share of rows taken to be anomalous, or auto; default: ${FOREST_DEFAULTS.contamination}
  --seed N            default: ${FOREST_DEFAULTS.seed}

Exit codes: 0 done, 2 the call is wrong, 3 the table cannot be read or used.
`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  output: { type: 'string', short: 'o' },
  columns: { type: 'string' },
  label: { type: 'string' },
  trees: { type: 'string' },
  subsample: { type: 'string' },
  contamination: { type: 'string' },
  seed: { type: 'string' },
} as const

/** @returns the exit code @throws CommandError in one line */
export async function fit(args: readonly string[]): Promise<number> {
  const { values, positionals } = argumentsOf('fit', args, OPTIONS)
  if (values.help === true) {
    await writeOut(FIT_USAGE)
    return EXIT.done
  }
  const [path] = positionals
  const { output } = values
  if (path === undefined || positionals.length > 1)
    throw usageError('fit needs one table; see codeflow-sentinel fit --help')
  if (output === undefined) throw usageError('fit needs -o and the file to write')
  const shape = shapeOf(values)
  const table = await tableOf(path)
  const columns = columnsOf(table, path, values.columns ?? null, values.label ?? 'label')
  const { data, nRows } = wholeRows(columns, table.nRows)
  if (nRows < 2)
    throw new CommandError(EXIT.input, `${path} has ${nRows} rows without a gap; it takes two at least`)
  const featureNames = columns.map(({ name }) => name)
  const forest = await forestOf({ ...shape, nFeatures: columns.length, featureNames }, data, nRows)
  await written(output, forest.toBytes())
  process.stderr.write(`${reportOf(table, columns, nRows)}\n`)
  return EXIT.done
}

async function tableOf(path: string): Promise<Table> {
  try {
    return await readTable(path)
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(EXIT.input, `${path} cannot be used: ${(error as Error).message}`)
  }
}

/** A column of which most cells are text is none to look at, and no reason to leave all rows out. */
function columnsOf({ columns }: Table, path: string, asked: string | null, label: string): Column[] {
  if (asked === null) {
    const found = columns.filter(
      ({ name, numbers, texts }) => name !== label && numbers > 0 && numbers >= texts,
    )
    if (found.length > 0) return found
    throw new CommandError(EXIT.input, `${path} has no column of numbers`)
  }
  return asked.split(',').map((name) => {
    const found = columns.find((column) => column.name === name.trim())
    if (found !== undefined) return found
    const names = columns.map((column) => column.name).join(', ')
    throw usageError(`there is no column ${JSON.stringify(name.trim().slice(0, 40))}; there are ${names}`)
  })
}

function wholeRows(columns: readonly Column[], nRows: number): { data: Float64Array; nRows: number } {
  const data = new Float64Array(nRows * columns.length)
  let whole = 0
  for (let row = 0; row < nRows; row++) {
    if (columns.some(({ values }) => Number.isNaN(values[row] as number))) continue
    for (const [f, { values }] of columns.entries()) data[whole * columns.length + f] = values[row] as number
    whole++
  }
  return { data: data.subarray(0, whole * columns.length), nRows: whole }
}

async function forestOf(options: ForestOptions, data: Float64Array, nRows: number): Promise<IsolationForest> {
  try {
    return (await IsolationForest.create(options)).fit({ data, nRows })
  } catch (error) {
    throw new CommandError(EXIT.input, (error as Error).message.split('\n', 1)[0] ?? '')
  }
}

/** Whoever reads the file meanwhile sees the old one or the new one. */
async function written(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(`${path}.part`, bytes)
    await rename(`${path}.part`, path)
  } catch (error) {
    throw new CommandError(EXIT.input, `${path} cannot be written: ${(error as Error).message}`)
  }
}

function reportOf(table: Table, columns: readonly Column[], nRows: number): string {
  const left = table.columns.filter((column) => !columns.includes(column)).map(({ name }) => name)
  const lines = [`fitted on ${nRows} rows of ${columns.map(({ name }) => name).join(', ')}`]
  if (left.length > 0) lines.push(`not looked at: ${left.join(', ')}`)
  if (table.nRows > nRows) lines.push(`left out: ${table.nRows - nRows} rows in which a number is missing`)
  if (table.brokenLines > 0)
    lines.push(`left out: ${table.brokenLines} lines with another number of cells than the first`)
  return lines.join('\n')
}

type Shape = Pick<ForestOptions, 'nTrees' | 'subsampleSize' | 'contamination' | 'seed'>

function shapeOf(values: Readonly<Partial<Record<keyof typeof OPTIONS, string | boolean>>>): Shape {
  const { trees, subsample, contamination, seed } = values
  return {
    ...(trees !== undefined && { nTrees: numberFor('--trees', trees) }),
    ...(subsample !== undefined && { subsampleSize: numberFor('--subsample', subsample) }),
    ...(seed !== undefined && { seed: numberFor('--seed', seed) }),
    ...(contamination !== undefined && { contamination: contaminationOf(contamination) }),
  }
}

function contaminationOf(text: string | boolean): Contamination {
  return text === 'auto' ? text : numberFor('--contamination', text)
}

/** What range it may be from is for the forest to say. */
function numberFor(option: string, text: string | boolean): number {
  const number = Number(text)
  if (text !== '' && Number.isFinite(number)) return number
  throw usageError(`${option} must be a number; got ${JSON.stringify(text)}`)
}
