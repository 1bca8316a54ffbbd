import { type RecordFault, recordFaultOf } from '../../http/batch/record-fault.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import { recordTimeMs } from '../../telemetry/record-clock.js'
import { UsualSizes } from '../../telemetry/usual-sizes.js'
import { CommandError, EXIT } from '../exit.js'
import type { Format, ReadLine } from '../formats/format.js'
import { FORMATS, formatOf } from '../formats/formats.js'
import type { LineMap } from '../formats/line-map.js'
import { TOO_LONG } from './line-splitter.js'
import { type OnRead, readLines } from './read-lines.js'

/** One line of a file that is to be a record. */
export interface ReadRecord {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** Null where it is none. */
  readonly record: TelemetryRecord | null
  /** Why it is none. */
  readonly fault: string | null
  readonly label: boolean | null
}

export interface ReadOptions {
  /** Null to find out from the first line of each file. */
  readonly format: Format | null
  /** Field or column that marks anomalies. */
  readonly label: string
  /** What records look like. */
  readonly telemetry: TelemetryModel
  /** How lines become records, where a file says so. */
  readonly map: LineMap | null
  readonly onRead: OnRead
}

/** The records of a file in portions. @throws CommandError where the file or its kind cannot be read */
export async function* readRecords(file: string, options: ReadOptions): AsyncGenerator<ReadRecord[]> {
  let line = 0
  const { label, telemetry, format, map } = options
  const opening = { label, telemetry, sizes: new UsualSizes() }
  const faultOf = recordFaultOf(telemetry)
  let read: ReadLine | null = null
  for await (const texts of readLines(file, options.onRead)) {
    const records: ReadRecord[] = []
    for (const raw of texts) {
      line += 1
      const text = raw.trim()
      if (text === '') continue
      read ??= formatFor(file, text, { format, telemetry, map }).open(opening)
      const found = readOne(read, text, faultOf)
      if (found !== null) records.push({ file, line, ...found })
    }
    yield records
  }
}

/** What a line says; null for one that need not say anything. */
export function readOne(
  read: ReadLine,
  text: string,
  faultOf: RecordFault,
): Pick<ReadRecord, 'record' | 'fault' | 'label'> | null {
  if (text === TOO_LONG) return { record: null, fault: 'it is longer than 1 MiB', label: null }
  try {
    const reading = read(text)
    if (reading === null) return null
    const fault = faultOf(reading.record)
    return { record: fault === null ? reading.record : null, fault, label: reading.label }
  } catch (error) {
    return { record: null, fault: (error as Error).message, label: null }
  }
}

/** The kind of file that begins with this line. @throws CommandError for none that is known */
export function formatFor(
  file: string,
  line: string,
  { format: given, telemetry, map }: Pick<ReadOptions, 'format' | 'telemetry' | 'map'>,
): Format {
  const format = map?.formatOf(line, given) ?? given ?? formatOf(line, telemetry)
  if (format !== null) return format
  throw new CommandError(
    EXIT.input,
    `${file} is of no kind that is known by its first line; say which it is: ${Object.keys(FORMATS).join(', ')}`,
  )
}

/**
 * The records of several files in order of time; those of one file stay in their order, and one that says nothing of its
 * time goes right behind the one before it.
 */
export async function* readInOrder(
  files: readonly string[],
  options: ReadOptions,
): AsyncGenerator<ReadRecord[]> {
  if (files.length === 1) {
    yield* readRecords(files[0] as string, options)
    return
  }
  const sources = await Promise.all(
    files.map((file) => Source.of(readRecords(file, options), options.telemetry)),
  )
  for (;;) {
    const open = sources.filter((source) => source.next !== null)
    if (open.length === 0) return
    const portion: ReadRecord[] = []
    const [first, ...others] = open.sort((a, b) => a.timeMs - b.timeMs) as [Source, ...Source[]]
    const until = others[0]?.timeMs ?? Number.POSITIVE_INFINITY
    while (
      first.next !== null &&
      (portion.length === 0 || first.timeMs <= until) &&
      portion.length < PORTION
    ) {
      portion.push(first.next)
      await first.advance()
    }
    yield portion
  }
}

const PORTION = 1000

/** One of several files, at its next record. */
class Source {
  next: ReadRecord | null = null
  timeMs = Number.NEGATIVE_INFINITY
  readonly #portions: AsyncGenerator<ReadRecord[]>
  readonly #telemetry: TelemetryModel
  #portion: ReadRecord[] = []
  #at = 0

  private constructor(portions: AsyncGenerator<ReadRecord[]>, telemetry: TelemetryModel) {
    this.#portions = portions
    this.#telemetry = telemetry
  }

  static async of(portions: AsyncGenerator<ReadRecord[]>, telemetry: TelemetryModel): Promise<Source> {
    const source = new Source(portions, telemetry)
    await source.advance()
    return source
  }

  async advance(): Promise<void> {
    while (this.#at >= this.#portion.length) {
      const { value, done } = await this.#portions.next()
      if (done === true) {
        this.next = null
        return
      }
      this.#portion = value
      this.#at = 0
    }
    this.next = this.#portion[this.#at++] as ReadRecord
    const { record } = this.next
    const toldMs = record === null ? null : recordTimeMs(this.#telemetry.timestampOf(record))
    this.timeMs = toldMs ?? this.timeMs
  }
}
