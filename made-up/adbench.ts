import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { dataFolder } from './streams.js'

/** What scikit-learn 1.2.1 reached on a data set: mean and standard deviation over 5 seeds, default options. */
export interface Reference {
  mean: number
  sd: number
}

export const adbenchSets = [
  { name: 'http', auroc: { mean: 0.9998, sd: 0.0002 }, averagePrecision: { mean: 0.96, sd: 0.04 } },
  { name: 'shuttle', auroc: { mean: 0.997, sd: 0.0004 }, averagePrecision: { mean: 0.977, sd: 0.003 } },
  { name: 'thyroid', auroc: { mean: 0.978, sd: 0.002 }, averagePrecision: { mean: 0.52, sd: 0.04 } },
  { name: 'breastw', auroc: { mean: 0.988, sd: 0.002 }, averagePrecision: { mean: 0.972, sd: 0.005 } },
  { name: 'cardio', auroc: { mean: 0.932, sd: 0.012 }, averagePrecision: { mean: 0.56, sd: 0.04 } },
  { name: 'mammography', auroc: { mean: 0.859, sd: 0.004 }, averagePrecision: { mean: 0.19, sd: 0.02 } },
] as const satisfies readonly { name: string; auroc: Reference; averagePrecision: Reference }[]

/** The data sets lie beside the checkout, never in it. */
export const adbenchFolder = `${dataFolder() ?? ''}adbench`

export function adbenchIsThere(): boolean {
  return adbenchSets.every(({ name }) => existsSync(`${adbenchFolder}/${name}.csv.gz`))
}

export interface LabelledRows {
  rows: { data: Float64Array; nRows: number }
  nFeatures: number
  /** 1 = anomaly. */
  labels: Uint8Array
}

/** Reads one set: a header line, then the features and last the label. */
export function readAdbench(name: string): LabelledRows {
  const text = gunzipSync(readFileSync(`${adbenchFolder}/${name}.csv.gz`))
    .toString()
    .trimEnd()
  const [header = '', ...lines] = text.split('\n')
  const nFeatures = header.split(',').length - 1
  const data = new Float64Array(lines.length * nFeatures)
  const labels = new Uint8Array(lines.length)
  for (const [i, line] of lines.entries()) {
    const fields = line.split(',')
    for (let f = 0; f < nFeatures; f++) data[i * nFeatures + f] = Number(fields[f])
    labels[i] = Number(fields[nFeatures])
  }
  return { rows: { data, nRows: lines.length }, nFeatures, labels }
}
