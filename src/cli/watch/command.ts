import process from 'node:process'
import { DEFAULT_DETECTOR } from '../../detectors/default-detector.js'
import { recordFaultOf } from '../../http/batch/record-fault.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import { UsualSizes } from '../../telemetry/usual-sizes.js'
import { usageError } from '../arguments.js'
import { commandConfig } from '../command-config.js'
import { CommandError, EXIT } from '../exit.js'
import type { ReadLine } from '../formats/format.js'
import { FORMATS } from '../formats/formats.js'
import { AS_IT_STANDS, type LineMap } from '../formats/line-map.js'
import { telemetryBy, watchConfig, watchingDetector } from '../history/judging-detector.js'
import { LineSplitter } from '../history/line-splitter.js'
import { formatFor, readOne } from '../history/read-records.js'
import { writeOut } from '../write-out.js'
import { alertLine } from './alert.js'
import { type Destination, judgedHere, type OnAlert, sentTo } from './destination.js'
import { follow } from './follow.js'
import { readWatchOptions, WATCH_USAGE, type WatchOptions } from './options.js'
import type { Added } from './tail.js'

/** Lines that are read in one go, before others have their turn. */
const LINES_A_TURN = 64
/** Lines that are no records and that are told of one by one. */
const FAULTS_SHOWN = 20
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Follows files until they end or it is stopped, and prints alerts.
 * @returns the exit code
 * @throws CommandError for a call that is wrong or a file that cannot be read, ConfigError for the environment
 */
export async function watch(args: readonly string[]): Promise<number> {
  const options = readWatchOptions(args)
  if (options === null) {
    await writeOut(WATCH_USAGE)
    return EXIT.done
  }
  const map = mapFor(options)
  const telemetry = map?.telemetry ?? telemetryBy(watchConfig(options.configFile), options.detectorName)
  const stop = new AbortController()
  const refusal: Refusal = { why: null }
  const onSignal = () => stop.abort()
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal)
  const faults = { count: 0 }
  let printed = Promise.resolve()
  const print: OnAlert = (alert) => {
    const written = printed.then(() => writeOut(alertLine(alert, options.output, telemetry)))
    // Whoever read the alerts has gone: there is nobody to watch for.
    printed = written.catch(() => stop.abort())
  }
  const destination = await destinationOf(options, print, (why) => {
    refusal.why = why
    stop.abort()
  })
  try {
    await Promise.all(
      options.files.map((file) => watchOne(file, { ...options, map, telemetry }, destination, stop, faults)),
    )
  } finally {
    await destination.close()
    await printed
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal)
    // Where nothing was judged it is the name that matters.
    if (refusal.why === null || destination.counts.judged > 0)
      process.stderr.write(`${summaryOf(destination, faults.count)}\n`)
  }
  if (refusal.why !== null) throw usageError(`${options.to}: ${refusal.why}`)
  return EXIT.done
}

/** Why a sentinel elsewhere will never judge; null as long as it may. */
interface Refusal {
  why: string | null
}

/** How lines become records. What a detector elsewhere watches is not known here, unless the settings set it up, too. */
function mapFor({ map, to, detectorName, configFile }: WatchOptions): LineMap | null {
  if (map !== null || to === null || detectorName === null) return map
  const { detectors } = watchConfig(configFile)
  const known = detectors?.some(({ name }) => name === detectorName) ?? detectorName === DEFAULT_DETECTOR
  return known ? null : AS_IT_STANDS
}

async function destinationOf(
  options: WatchOptions,
  print: OnAlert,
  onUnknownDetector: (why: string) => void,
): Promise<Destination> {
  const { to, bufferMax, detectorName } = options
  if (to === null) return judgedHere(await watchingDetector(options), print)
  const [token = ''] = commandConfig().access.tokens
  const onFailure = (why: string) => process.stderr.write(`${to}: ${why}; records wait\n`)
  return sentTo({ to, detectorName, token, bufferMax, onFailure, onUnknownDetector }, print)
}

async function watchOne(
  file: string,
  { format, fromStart, telemetry, map, to }: WatchOptions & { readonly telemetry: TelemetryModel },
  destination: Destination,
  stop: AbortController,
  faults: { count: number },
): Promise<void> {
  const sizes = new UsualSizes()
  // Of names that a map gives the sentinel that judges knows what is right.
  const faultOf = map !== null && !map.requests && to !== null ? () => null : recordFaultOf(telemetry)
  const given = format === null ? null : FORMATS[format]
  const readerFor = (firstLine: string): ReadLine =>
    formatFor(file, firstLine, { format: given, telemetry, map }).open({ label: 'label', telemetry, sizes })
  let read: ReadLine | null = null
  const onBegin = (skipped: string | null): void => {
    process.stderr.write(`${file}: followed from its ${skipped === null ? 'beginning' : 'end'}\n`)
    const text = skipped?.trim() ?? ''
    if (text === '') return
    read = readerFor(text)
    // The names of columns, where there are any. What else it says is over.
    readOne(read, text, faultOf)
  }
  const { signal } = stop
  const onAbsent = (): void => void process.stderr.write(`${file}: is not there yet\n`)
  const added = file === '-' ? standardInput(signal) : follow(file, { fromStart, signal, onAbsent, onBegin })
  for await (const { lines, first } of added) {
    if (first) read = null
    for (const [i, line] of lines.entries()) {
      const text = line.trim()
      if (text === '') continue
      read ??= readerFor(text)
      const found = readOne(read, text, faultOf)
      if (found?.fault != null) noteFault(file, found.fault, faults)
      else if (found?.record != null) {
        // Another file may have taken the room that there was.
        while (destination.full) await destination.room()
        destination.take(file, found.record)
      }
      if (i % LINES_A_TURN === LINES_A_TURN - 1) await destination.room()
    }
    await destination.room()
  }
}

async function* standardInput(signal: AbortSignal): AsyncGenerator<Added> {
  const { stdin } = process
  const splitter = new LineSplitter()
  const end = (): void => void stdin.destroy()
  signal.addEventListener('abort', end)
  try {
    for await (const chunk of stdin as AsyncIterable<Buffer>)
      yield { lines: splitter.add(chunk), first: false }
  } catch (error) {
    if (!signal.aborted) throw new CommandError(EXIT.input, `- cannot be read: ${(error as Error).message}`)
  } finally {
    signal.removeEventListener('abort', end)
  }
  yield { lines: splitter.end(), first: false }
}

function noteFault(file: string, fault: string, faults: { count: number }): void {
  faults.count++
  if (faults.count <= FAULTS_SHOWN) process.stderr.write(`${file}: a line is no record: ${fault}\n`)
  if (faults.count === FAULTS_SHOWN) process.stderr.write('further ones are counted and not shown\n')
}

function summaryOf({ counts }: Destination, faults: number): string {
  const { judged, refused, alerts, lost } = counts
  return `${judged} records judged, ${alerts} alerts, ${faults + refused} lines were no records, ${lost} records were lost`
}
