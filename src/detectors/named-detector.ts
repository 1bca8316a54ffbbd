import type { Judgement, JudgeOptions, Sentinel, Trial } from '../sentinel.js'
import type { TelemetryModel } from '../telemetry/model.js'
import type { TelemetryRecord } from '../telemetry/record.js'
import type { Entities } from './entities.js'
import type { KeptBaseline } from './kept-baseline.js'

/** What judges records of one kind. */
export interface Judge {
  readonly telemetry: TelemetryModel
  judge(record: TelemetryRecord, options?: JudgeOptions): Judgement | null
  tryOut(record: TelemetryRecord): Trial | null
  /** By whose baseline a record would be judged now; left out where all share one. @throws RecordError */
  readonly ownerOf?: ((record: TelemetryRecord) => object) | undefined
}

/** One of several detectors, with the baseline that its records share, and those of its entities. */
export class NamedDetector implements Judge {
  readonly name: string
  /** Judges the records of whoever has no baseline of their own. */
  readonly shared: Sentinel
  /** Null where all records share one baseline. */
  readonly entities: Entities | null
  /** Records judged so far, and those of them that somebody was told of. */
  records = 0
  anomalies = 0
  readonly ownerOf: Judge['ownerOf']
  readonly #kept: KeptBaseline | null
  readonly #entityOf: TelemetryModel['entityOf']

  /** @param kept the file of the shared baseline; null where that is kept by itself, or not at all */
  constructor(name: string, shared: Sentinel, entities: Entities | null, kept: KeptBaseline | null) {
    this.name = name
    this.shared = shared
    this.entities = entities
    this.#kept = kept
    this.#entityOf = entities === null ? undefined : shared.telemetry.entityOf
    this.ownerOf = entities === null ? undefined : (record) => this.#for(record)
  }

  get telemetry(): TelemetryModel {
    return this.shared.telemetry
  }

  /** As `Sentinel.judge`, by the baseline of the record's entity. @throws RecordError */
  judge(record: TelemetryRecord, options?: JudgeOptions): Judgement | null {
    const sentinel = this.#entityOf === undefined ? this.shared : this.#admitting(record)
    const judgement = sentinel.judge(record, options)
    this.records += 1
    if (judgement !== null && judgement.anomaly !== null) this.anomalies += 1
    return judgement
  }

  /** As `Sentinel.tryOut`, by the baseline of the record's entity as far as it has one. @throws RecordError */
  tryOut(record: TelemetryRecord): Trial | null {
    return this.#for(record).tryOut(record)
  }

  /** Whether a forest decides on a record like this one. @throws RecordError */
  trainedFor(record: TelemetryRecord): boolean {
    return this.#for(record).detector.trained
  }

  /** Who judges by the baseline of an entity, or for null by the one that all others share; null where there is none. */
  by(entity: string | null): Sentinel | null {
    return entity === null ? this.shared : (this.entities?.get(entity) ?? null)
  }

  /** All that judge now, the shared one first. */
  get sentinels(): Sentinel[] {
    return [this.shared, ...[...(this.entities ?? [])].map(([, sentinel]) => sentinel)]
  }

  /** Writes what has changed. Never rejects. */
  async save(): Promise<void> {
    await this.#kept?.save()
    await this.entities?.save()
  }

  /** Whose baseline a record would be judged by now. */
  #for(record: TelemetryRecord): Sentinel {
    const entity = this.#whose(record)
    return (entity === null ? null : this.entities?.get(entity)) ?? this.shared
  }

  #admitting(record: TelemetryRecord): Sentinel {
    const entity = this.#whose(record)
    if (entity === null || this.entities === null) return this.shared
    const known = this.entities.use(entity)
    if (known !== null) return known
    // What is not judged, or is no record at all, needs no baseline.
    if (this.telemetry.check(record) === 'skip') return this.shared
    return this.entities.admit(entity) ?? this.shared
  }

  #whose(record: TelemetryRecord): string | null {
    if (typeof record !== 'object' || record === null) return null
    return this.#entityOf?.(record) ?? null
  }
}
