import { REQUEST_TELEMETRY, type TelemetryModel } from '../../telemetry/model.js'
import { argumentsOf, oneOf, usageError } from '../arguments.js'
import { FORMATS, type FormatName } from '../formats/formats.js'
import { type LineMap, mapAndConfig } from '../formats/line-map.js'
import { type Alteration, alterationOf, usualAlterations } from './alteration.js'

const REPORTS = ['text', 'json'] as const
const EVERY = 50
const REQUIREMENT = /^(.+?)\s*>=\s*(\d*\.?\d+)$/
const SHARE = /^(\d*\.?\d+)(?:\/(\d+))?$/

export const PROVE_USAGE = `Usage: codeflow-sentinel prove FILE… [options]

Says what these settings would catch on this traffic. Replays old telemetry as codeflow-sentinel replay does, and between
its records tries altered copies of them, which nothing is learnt from: is somebody told when a request takes ten times
as long? Each copy is judged by itself; many in a row become an incident, and are caught sooner.

  --require 'CHANGE >= SHARE'
                      a share of copies that has to be caught, for instance 'latency x10 >= 0.95' or
                      'latency x4, errors +1 >= 0.9'. May be given more than once
  --max-alerts SHARE  most records of the file that may be alerted: 2/1000, or 0.002
  --every N           a copy of every Nth record is tried; default: ${EVERY}
  --config FILE       settings and what is watched, as SENTINEL_CONFIG names them
  --detector NAME     judges by this one of the detectors that the settings set up, each of its entities by itself
  --map FILE          how lines become records, as a file of settings declares it: units, places, missing values
  --input KIND        ${Object.keys(FORMATS).join(', ')}; by default as the first line looks
  --format FORM       ${REPORTS.join(', ')}. Default: text

Exit codes: 0 done, 1 a requirement is not met, 2 the call is wrong, 3 the input cannot be read.
`

/** What has to be caught. */
export interface Requirement {
  readonly alteration: Alteration
  readonly share: number
}

export interface ProveOptions {
  readonly configFile: string | null
  /** Null for what `default` watches, by one baseline. */
  readonly detectorName: string | null
  readonly map: LineMap | null
  readonly files: readonly string[]
  readonly input: FormatName | null
  readonly form: (typeof REPORTS)[number]
  readonly every: number
  readonly alterations: readonly Alteration[]
  readonly requirements: readonly Requirement[]
  /** Null where any share will do. */
  readonly maxAlerts: number | null
}

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  config: { type: 'string' },
  detector: { type: 'string' },
  map: { type: 'string' },
  input: { type: 'string' },
  format: { type: 'string' },
  every: { type: 'string' },
  require: { type: 'string', multiple: true },
  'max-alerts': { type: 'string' },
} as const

/** What is watched by the settings, with those of a file, and by which of its detectors. */
export type TelemetryBy = (configFile: string | null, detectorName: string | null) => TelemetryModel

/** @returns null where help was asked for @throws CommandError in one line */
export function readProveOptions(
  args: readonly string[],
  telemetryBy: TelemetryBy = () => REQUEST_TELEMETRY,
): ProveOptions | null {
  const { values, positionals } = argumentsOf('prove', args, OPTIONS)
  if (values.help === true) return null
  if (positionals.length === 0) throw usageError('prove needs a file; see codeflow-sentinel prove --help')
  const { map, configFile } = mapAndConfig(values.map, values.config, values.detector)
  const detectorName = values.detector ?? null
  const telemetry = map?.telemetry ?? telemetryBy(configFile, detectorName)
  const requirements = (values.require ?? []).map((text) => requirementOf(text, telemetry))
  const asked = requirements.map(({ alteration }) => alteration)
  const usual = usualAlterations(telemetry).filter(({ name }) => asked.every((each) => each.name !== name))
  return {
    configFile,
    detectorName,
    map,
    files: positionals,
    input:
      values.input === undefined
        ? null
        : oneOf('--input', values.input, Object.keys(FORMATS) as FormatName[]),
    form: oneOf('--format', values.format ?? 'text', REPORTS),
    every: values.every === undefined ? EVERY : everyOf(values.every),
    alterations: [...usual, ...new Map(asked.map((each) => [each.name, each])).values()],
    requirements,
    maxAlerts: values['max-alerts'] === undefined ? null : shareOf(values['max-alerts']),
  }
}

function requirementOf(text: string, telemetry: TelemetryModel): Requirement {
  const [, change, share] = REQUIREMENT.exec(text.trim()) ?? []
  if (change === undefined || !(Number(share) <= 1))
    throw usageError(`--require must be a change, >= and a share up to 1, such as 'latency x10 >= 0.95'`)
  return { alteration: alterationOf(change, telemetry), share: Number(share) }
}

function shareOf(text: string): number {
  const [, part, whole = '1'] = SHARE.exec(text.trim()) ?? []
  const share = Number(part) / Number(whole)
  if (!(share >= 0 && share <= 1)) throw usageError('--max-alerts must be a share such as 2/1000 or 0.002')
  return share
}

function everyOf(text: string): number {
  const every = Number(text)
  if (Number.isInteger(every) && every >= 1) return every
  throw usageError('--every must be a whole number of at least 1')
}
