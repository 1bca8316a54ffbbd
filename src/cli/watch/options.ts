import { sidecarAddress } from '../../adapters/report/sidecar-address.js'
import { argumentsOf, oneOf, usageError } from '../arguments.js'
import { FORMATS, type FormatName } from '../formats/formats.js'
import { type LineMap, mapAndConfig, readLineMap } from '../formats/line-map.js'

const OUTPUTS = ['text', 'ndjson'] as const
export type AlertForm = (typeof OUTPUTS)[number]
const BUFFER = 10_000
const BUFFER_MOST = 1_000_000

export const WATCH_USAGE = `Usage: codeflow-sentinel watch FILE… [options]

Follows log files, and prints an alert for every record that somebody is to hear of. It judges by itself, by the settings
of the service from the environment (with SENTINEL_STATE_DIR it goes on where it stopped), or has a running sentinel
judge. FILE need not be there yet, may be renamed and made anew, or emptied, as logs are rotated; - is the standard input.

  --format KIND       ${Object.keys(FORMATS).join(', ')}; by default as the first line looks
  --map FILE          how lines become records, as a file of settings declares it: units, places, missing values
  --to ADDRESS        a running sentinel that judges: http://host:port, https://… or unix:/path/of/the.sock; its token
                      comes from SENTINEL_API_TOKEN
  --detector NAME     one of the detectors that the settings set up judges, each of its entities by itself; with --to one
                      of those of the running sentinel
  --buffer N          records kept while that sentinel is away or busy; default: ${BUFFER}
  --output FORM       ${OUTPUTS.join(', ')}: how alerts are printed. Default: text
  --from-start        begins with what is in the files already, and not behind it

It ends with the standard input, or on SIGINT and SIGTERM, and then says on standard error what became of the lines.
Exit codes: 0 done, 2 the call is wrong, 3 a file cannot be read.
`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  format: { type: 'string' },
  map: { type: 'string' },
  to: { type: 'string' },
  detector: { type: 'string' },
  buffer: { type: 'string' },
  output: { type: 'string' },
  'from-start': { type: 'boolean' },
} as const

export interface WatchOptions {
  readonly files: readonly string[]
  /** Null to find out from the first line of each file. */
  readonly format: FormatName | null
  readonly map: LineMap | null
  /** In place of what SENTINEL_CONFIG names; null for that. */
  readonly configFile: string | null
  /** Address of the sentinel that judges; null to judge here. */
  readonly to: string | null
  /** Which of several detectors judges; null for the one where nobody says which. */
  readonly detectorName: string | null
  readonly bufferMax: number
  readonly output: AlertForm
  readonly fromStart: boolean
}

/** @returns null where help was asked for @throws CommandError in one line */
export function readWatchOptions(args: readonly string[]): WatchOptions | null {
  const { values, positionals } = argumentsOf('watch', args, OPTIONS)
  if (values.help === true) return null
  if (positionals.length === 0)
    throw usageError('watch needs a file, or - for the standard input; see codeflow-sentinel watch --help')
  return {
    files: positionals,
    format:
      values.format === undefined
        ? null
        : oneOf('--format', values.format, Object.keys(FORMATS) as FormatName[]),
    ...(values.to === undefined
      ? mapAndConfig(values.map, undefined, values.detector)
      : sentBy(values.map, values.detector)),
    to: values.to === undefined ? null : checkedAddress(values.to),
    detectorName: values.detector ?? null,
    bufferMax: values.buffer === undefined ? BUFFER : bufferOf(values.buffer),
    output: oneOf('--output', values.output ?? 'text', OUTPUTS),
    fromStart: values['from-start'] ?? false,
  }
}

function sentBy(
  mapFile: string | undefined,
  detector: string | undefined,
): Pick<WatchOptions, 'map' | 'configFile'> {
  return { map: mapFile === undefined ? null : readLineMap(mapFile, true, detector), configFile: null }
}

function checkedAddress(address: string): string {
  try {
    sidecarAddress(address, 'anomalies')
    return address
  } catch {
    throw usageError(
      '--to must be http://host:port, https://host:port or unix:/path/of/the.sock, without a password',
    )
  }
}

function bufferOf(text: string): number {
  const records = Number(text)
  if (Number.isInteger(records) && records >= 1 && records <= BUFFER_MOST) return records
  throw usageError(`--buffer must be a whole number from 1 to ${BUFFER_MOST}`)
}
