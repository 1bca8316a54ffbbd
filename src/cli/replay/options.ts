import { argumentsOf, oneOf, usageError } from '../arguments.js'
import { FORMATS, type FormatName } from '../formats/formats.js'
import { type LineMap, mapAndConfig } from '../formats/line-map.js'

export const REPORTS = ['text', 'json', 'ndjson', 'csv', 'html'] as const
export type ReportForm = (typeof REPORTS)[number]
const FAILING = ['incident', 'alert'] as const
type Failing = (typeof FAILING)[number]

export const REPLAY_USAGE = `Usage: codeflow-sentinel replay FILE… [options]

Judges old telemetry as the service would have, by the clock of the records: the same files and settings give the same
verdicts in every run. FILE is text or gzip; - is the standard input. Several files are put in order of time. Settings
come from the environment, as those of the service: see codeflow-sentinel --help.

  --config FILE       settings and what is watched, as SENTINEL_CONFIG names them
  --detector NAME     judges by this one of the detectors that the settings set up, each of its entities by itself
  --map FILE          how lines become records, as a file of settings declares it: units, places, missing values
  --input KIND        ${Object.keys(FORMATS).join(', ')}; by default as the first line looks
  --label NAME        field or column that marks anomalies; default: label
  --format FORM       ${REPORTS.join(', ')}; ndjson and csv are a line for each record, html is one file
                      with charts. Default: text
  --what-if alert-rate=RATE[,RATE…]
                      how many records other alert rates would have told of
  --fail-on WHAT      exit code 1 after an ${FAILING.join(' or an ')}
  --save-state DIR    leaves what was learnt there, for a service with SENTINEL_STATE_DIR=DIR to go on with

Exit codes: 0 done, 1 what --fail-on says has happened, 2 the call is wrong, 3 the input cannot be read.
`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  config: { type: 'string' },
  detector: { type: 'string' },
  map: { type: 'string' },
  input: { type: 'string' },
  label: { type: 'string' },
  format: { type: 'string' },
  'what-if': { type: 'string' },
  'fail-on': { type: 'string' },
  'save-state': { type: 'string' },
} as const

export interface ReplayOptions {
  readonly files: readonly string[]
  readonly input: FormatName | null
  readonly label: string
  readonly form: ReportForm
  readonly whatIf: readonly number[]
  readonly failOn: Failing | null
  readonly stateDir: string | null
  readonly configFile: string | null
  /** Null for what `default` watches, by one baseline. */
  readonly detectorName: string | null
  readonly map: LineMap | null
}

/** @returns null where help was asked for @throws CommandError in one line */
export function readReplayOptions(args: readonly string[]): ReplayOptions | null {
  const { values, positionals } = argumentsOf('replay', args, OPTIONS)
  if (values.help === true) return null
  if (positionals.length === 0) throw usageError('replay needs a file; see codeflow-sentinel replay --help')
  return {
    files: positionals,
    input:
      values.input === undefined
        ? null
        : oneOf('--input', values.input, Object.keys(FORMATS) as FormatName[]),
    label: values.label ?? 'label',
    form: oneOf('--format', values.format ?? 'text', REPORTS),
    whatIf: values['what-if'] === undefined ? [] : ratesIn(values['what-if']),
    failOn: values['fail-on'] === undefined ? null : oneOf('--fail-on', values['fail-on'], FAILING),
    stateDir: values['save-state'] ?? null,
    detectorName: values.detector ?? null,
    ...mapAndConfig(values.map, values.config, values.detector),
  }
}

function ratesIn(text: string): number[] {
  const [name, list = ''] = text.split('=', 2)
  const rates = list.split(',').map(Number)
  if (name === 'alert-rate' && rates.every((rate) => rate > 0 && rate < 1)) return rates
  throw usageError('--what-if must be alert-rate= and rates between 0 and 1, separated by commas')
}
