import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { dataFolder } from './data.js'

/** Labelled records in time order, and what scikit-learn 1.2.1 reached on them in a sliding window. */
export interface LabelledSeries {
  name: string
  features: readonly string[]
  reference: WindowFigures
}

/** Over all records but the first 50; precision, recall and false positive rate at the threshold. */
export interface WindowFigures {
  auroc: number
  averagePrecision: number
  precision: number
  recall: number
  falsePositiveRate: number
}

const TELEMETRY = ['latency', 'input_length', 'errors']
const TRAFFIC = ['duration_s', 'src_bytes', 'dst_bytes']

export const labelledSeries: readonly LabelledSeries[] = [
  series('streams/kdd-http-a', TRAFFIC, 0.457, 0.067, 0.06, 0.125, 0.141),
  series('streams/telemetry-a', TELEMETRY, 0.903, 0.321, 0.211, 0.577, 0.089),
  series('nab/ec2_request_latency_system_failure', ['value'], 0.47, 0.102, 0.087, 0.124, 0.123),
  series('nab/ec2_cpu_utilization_825cc2', ['value'], 0.683, 0.385, 0.29, 0.513, 0.118),
  series('nab/elb_request_count_8c0756', ['value'], 0.515, 0.127, 0.148, 0.169, 0.109),
  series('nab/grok_asg_anomaly', ['value'], 0.548, 0.144, 0.2, 0.241, 0.109),
  series('nab/TravelTime_387', ['value'], 0.582, 0.173, 0.186, 0.245, 0.121),
]

export function seriesIsThere({ name }: LabelledSeries): boolean {
  return fileOf(name) !== undefined
}

/** Rows in time order, one number a feature, and their labels. */
export function readSeries({ name, features }: LabelledSeries): { rows: number[][]; labels: number[] } {
  const file = fileOf(name)
  if (file === undefined) throw new Error(`${dataFolder}/${name} is not there`)
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split('\n')
  const records = file.endsWith('.ndjson.gz')
    ? lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    : parsedCsv(lines)
  const rows = records.map((record) => features.map((feature) => Number(record[feature])))
  return { rows, labels: records.map(({ label }) => Number(label)) }
}

function parsedCsv([head = '', ...lines]: readonly string[]): Record<string, unknown>[] {
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(names.map((name, i) => [name, cells[i]]))
  })
}

function fileOf(name: string): string | undefined {
  return [`${dataFolder}/${name}.ndjson.gz`, `${dataFolder}/${name}.csv.gz`].find((file) => existsSync(file))
}

function series(
  name: string,
  features: readonly string[],
  auroc: number,
  averagePrecision: number,
  precision: number,
  recall: number,
  falsePositiveRate: number,
): LabelledSeries {
  return { name, features, reference: { auroc, averagePrecision, precision, recall, falsePositiveRate } }
}
