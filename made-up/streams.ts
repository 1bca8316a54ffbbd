import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import type { Labelled } from './traffic.js'

/** Records from outside, in their order. */
export interface Stream {
  readonly name: string
  readonly records: readonly Labelled[]
}

const NAB = [
  'ec2_request_latency_system_failure',
  'ec2_cpu_utilization_825cc2',
  'elb_request_count_8c0756',
  'grok_asg_anomaly',
  'TravelTime_387',
]

/** Where the data is: SENTINEL_SHARED_DIR, or the folder `shared` beside the repository or its parent; else null. */
export function dataFolder(): string | null {
  const beside = ['../../shared/', '../../../shared/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  )
  const named = process.env.SENTINEL_SHARED_DIR
  const folders = (named ? [`${named}/`] : beside).map((folder) => `${folder}data/`)
  return folders.find((folder) => existsSync(folder)) ?? null
}

/** Connections of a web server: duration, source bytes and destination bytes in the places of the features. */
export function readKdd(folder: string): Stream {
  const records = readCsv(`${folder}streams/kdd-http-a.csv.gz`).map(([seconds, sent, received, label]) => ({
    latency: Number(seconds),
    input_length: Number(sent),
    errors: Number(received),
    label: Number(label),
  }))
  return { name: 'streams/kdd-http-a', records }
}

export function readTelemetry(folder: string): Stream {
  const records = readText(`${folder}streams/telemetry-a.ndjson.gz`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Labelled)
  return { name: 'streams/telemetry-a', records }
}

/** Unlabelled requests of a real API. */
export function readOpenStack(folder: string): Stream {
  const records = readText(`${folder}streams/openstack-api.ndjson`)
    .trim()
    .split('\n')
    .map((line) => ({ ...(JSON.parse(line) as Telemetry), label: 0 }))
  return { name: 'streams/openstack-api', records }
}

/** Time series of one value, in the place of latency. */
export function readNab(folder: string): Stream[] {
  return NAB.map((name) => ({
    name: `nab/${name}`,
    records: readCsv(`${folder}nab/${name}.csv.gz`).map(([time = '', value, label]) => ({
      timestamp: new Date(`${time.replace(' ', 'T')}Z`).toISOString(),
      latency: Number(value),
      input_length: 0,
      errors: 0,
      label: Number(label),
    })),
  }))
}

function readCsv(path: string): string[][] {
  const [, ...lines] = readText(path).trim().split('\n')
  return lines.map((line) => line.split(','))
}

function readText(path: string): string {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}
