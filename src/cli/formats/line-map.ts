import { ConfigError } from '../../config/config-error.js'
import { readConfigFile } from '../../config/file/config-file.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import type { DeclaredRecord, TelemetryRecord } from '../../telemetry/record.js'
import { usageError } from '../arguments.js'
import { csv } from './csv.js'
import type { Format } from './format.js'
import { formatOf } from './formats.js'
import { ndjson } from './ndjson.js'
import { declaresRequests, requestsBy } from './request-map.js'

/** How lines become records by a file with declarations. */
export interface LineMap {
  /** What the records that come of it are judged by. */
  readonly telemetry: TelemetryModel
  /** Whether its records are those of requests; else they are the lines as they stand, and the file says what is watched. */
  readonly requests: boolean
  /** @param line the first one @param given the kind of file, where somebody said so */
  formatOf(line: string, given: Format | null): Format
}

/**
 * Reads the file that `--map` names: settings as SENTINEL_CONFIG names them, of which `telemetry` counts, or what they say
 * of the detector that judges.
 * @param sends whether another sentinel judges: it is sent the values under the names that the file gives them
 * @throws ConfigError for a file that cannot be used, CommandError for one that says nothing of lines
 */
export function readLineMap(path: string, sends: boolean, detector?: string): LineMap {
  const map = declaredIn(path, detector)
  if (map === REQUEST_TELEMETRY)
    throw usageError(`--map: ${path} has no telemetry that says how lines are read`)
  if (declaresRequests(map))
    return {
      telemetry: REQUEST_TELEMETRY,
      requests: true,
      formatOf: (...asked) => requestsBy(map, baseOf(...asked)),
    }
  if (!sends) return { telemetry: map, requests: false, formatOf: baseOf }
  const remembering = map.features.find(({ memory }) => memory !== undefined)
  if (remembering !== undefined)
    throw usageError(
      `--map: ${remembering.name} is made of many records; with --to it is for the sentinel that judges to declare`,
    )
  return { telemetry: byName(map), requests: false, formatOf: (...asked) => namedBy(map, baseOf(...asked)) }
}

/**
 * What `--map` and `--config` say of a command that judges by itself. A map that declares what is watched is the file of
 * settings, too: there is one truth.
 * @throws CommandError where they contradict each other
 */
export function mapAndConfig(
  mapFile: string | undefined,
  configFile: string | undefined,
  detector?: string,
): { readonly map: LineMap | null; readonly configFile: string | null } {
  if (mapFile === undefined) return { map: null, configFile: configFile ?? null }
  const map = readLineMap(mapFile, false, detector)
  if (map.requests) return { map, configFile: configFile ?? null }
  if (configFile !== undefined)
    throw usageError('--map declares what is watched, and stands for --config: put the settings there')
  return { map, configFile: mapFile }
}

function declaredIn(path: string, detector?: string): TelemetryModel {
  try {
    const { telemetry, detectors } = readConfigFile(path)
    return detectors?.find(({ name }) => name === detector)?.telemetry ?? telemetry
  } catch (error) {
    if (error instanceof ConfigError)
      throw usageError(error.message.replace(/^SENTINEL_CONFIG[= ]/, '--map '))
    throw error
  }
}

function baseOf(line: string, given: Format | null): Format {
  if (given !== null && given !== ndjson && given !== csv)
    throw usageError('--map is for lines of JSON and tables: the kind must be ndjson or csv')
  return given ?? (line.startsWith('{') ? ndjson : csv)
}

/**
 * How lines become records for a sentinel elsewhere where nothing here says what it watches: JSON goes as it stands, and
 * of logs of requests that are known the requests.
 */
export const AS_IT_STANDS: LineMap = {
  telemetry: {
    ...REQUEST_TELEMETRY,
    features: [],
    check: () => 'judge',
    routeOf: (record) => textOf((record as DeclaredRecord).route),
    timestampOf: (record) => textOf((record as DeclaredRecord).timestamp),
    rawOf: () => ({}) as ReturnType<TelemetryModel['rawOf']>,
  },
  requests: false,
  formatOf: (line, given) =>
    asRequests(given ?? (line.startsWith('{') ? ndjson : null) ?? formatOf(line) ?? csv),
}

function asRequests(format: Format): Format {
  return { ...format, open: (options) => format.open({ ...options, telemetry: REQUEST_TELEMETRY }) }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Records of the values under their names, with route and time. */
function namedBy(map: TelemetryModel, base: Format): Format {
  return {
    open(options) {
      const read = base.open({ ...options, telemetry: map })
      return (line) => {
        const reading = read(line)
        if (reading === null || map.check(reading.record) === 'skip') return null
        return { ...reading, record: namedRecord(map, reading.record) }
      }
    },
    recognises: base.recognises,
  }
}

function namedRecord(map: TelemetryModel, line: TelemetryRecord): DeclaredRecord {
  const values = map.features.map(({ name, extract }) => [name, extract(line)] as const)
  const facts = { route: map.routeOf(line), timestamp: map.timestampOf(line) }
  return Object.fromEntries(
    [...values, ...Object.entries(facts)].filter(([, value]) => value !== undefined && !Number.isNaN(value)),
  )
}

/** What such records have, for alerts to be printed; whether they are right the sentinel says that judges them. */
function byName(map: TelemetryModel): TelemetryModel {
  const features = map.features.map((feature) => ({
    ...feature,
    extract: (record: TelemetryRecord) => Number((record as DeclaredRecord)[feature.name] ?? Number.NaN),
  }))
  return {
    ...REQUEST_TELEMETRY,
    features,
    check: () => 'judge',
    rawOf: (record) => record as ReturnType<TelemetryModel['rawOf']>,
  }
}
