import type { DetectorOptions } from '../detector/detector.js'
import { resolveDetectorOptions } from '../detector/options.js'
import { shapeOf } from '../detector/parts.js'
import { CommonGround } from '../detector/training/common-ground.js'
import { type Timer, unrefTimer } from '../runtime/timers.js'
import type { Company } from '../sentinel/company.js'
import { tellTrainerFault } from '../sentinel/hearing.js'
import { Sentinel, type SentinelListener, type SentinelLog, type SentinelOptions } from '../sentinel.js'
import type { StateStore } from '../state/state-store.js'
import { BaselineFiles } from './baseline-files.js'
import { DEFAULT_DETECTOR } from './default-detector.js'
import { Entities } from './entities.js'
import { KeptBaseline } from './kept-baseline.js'
import { NamedDetector } from './named-detector.js'

/** Files that are kept, for each place that an entity can have in memory. */
export const FILES_A_PLACE = 4
const SILENT: SentinelLog = { debug() {}, info() {}, warn() {}, error() {} }

/** One of several detectors, as it is set up. */
export interface DetectorSettings {
  readonly name: string
  readonly detector: Omit<DetectorOptions, 'forest'>
  /** What it was declared by, as text: alike only where what is watched is. */
  readonly declaration?: string
  /** Entities with a baseline of their own at a time, where its telemetry says whose a record is. */
  readonly entities: number
}

/** What several detectors are made of. */
export interface DetectorsOptions extends Omit<SentinelOptions, 'detector' | 'state' | 'listener'> {
  /** `default` among them. */
  readonly detectors: readonly DetectorSettings[]
  /** Keeps what they learn over restarts; `store` is a file of the folder `dir`. */
  readonly state?: { readonly store: StateStore; readonly dir: string; readonly intervalMs: number }
  readonly listener: SentinelListener
}

/** Who finds what, and what it may stand out by. */
export interface Finders {
  readonly names: readonly string[]
  readonly features: readonly string[]
}

/**
 * Several detectors, each with a baseline of its own, or one for each of its entities: in one memory, by one trainer, and
 * what they find in one list.
 */
export class Detectors implements Finders {
  readonly #byName: ReadonlyMap<string, NamedDetector>
  readonly #ground: CommonGround | null
  #saving: Promise<void> | null = null
  #timer: Timer | null = null

  private constructor(detectors: readonly NamedDetector[], ground: CommonGround | null) {
    this.#byName = new Map(detectors.map((one) => [one.name, one]))
    this.#ground = ground
  }

  /** A sentinel by itself, as the only detector. */
  static ofOne(sentinel: Sentinel): Detectors {
    return new Detectors([new NamedDetector(DEFAULT_DETECTOR, sentinel, null, null)], null)
  }

  /** @throws ForestError when the module or the memory cannot be had */
  static async create(options: DetectorsOptions): Promise<Detectors> {
    const { detectors, state, listener, log = SILENT, ...rest } = options
    const isDefault = ({ name }: DetectorSettings): boolean => name === DEFAULT_DETECTOR
    const first = detectors.find(isDefault)
    if (first === undefined) throw new RangeError(`one of the detectors must be called ${DEFAULT_DETECTOR}`)
    const resolved = resolveDetectorOptions(first.detector)
    const listeners = [listener]
    const { trainDuty, fit } = resolved
    const onFault = (fault: Parameters<typeof tellTrainerFault>[0]): void =>
      tellTrainerFault(fault, listeners, log)
    const ground = await CommonGround.create(shapeOf(resolved), { trainDuty, trainer: { onFault } })

    const sentinelOf = (
      { name, detector }: DetectorSettings,
      entity: string | null,
      beside: Pick<Company, 'findings' | 'detector'>,
    ): Sentinel =>
      Sentinel.among(
        { ground, listeners, origin: { detector: name, entity }, ...beside },
        { ...rest, log, detector },
      )

    const main = sentinelOf(first, null, { findings: null, detector: null })
    if (state !== undefined) await main.keep(state)
    const { findings } = main
    const named = [first, ...detectors.filter((one) => !isDefault(one))].map((settings) => {
      const { name, entities: places, detector } = settings
      const files =
        state === undefined || !main.keepsState
          ? null
          : new BaselineFiles(state.dir, name, FILES_A_PLACE * places, () => claimed(state.store))
      const shared = settings === first ? main : sentinelOf(settings, null, { findings, detector: null })
      const kept =
        settings === first ? null : new KeptBaseline(shared, { detector: name, entity: null }, files, log)
      const entities =
        shared.telemetry.entityOf === undefined
          ? null
          : new Entities({
              ...{ detector: name, places, files, log },
              sentinelOf: (entity) => sentinelOf(settings, entity, { findings, detector: shared.shared }),
              worthKeeping: resolveDetectorOptions(detector).minSamples,
              paced: fit !== 'sync',
            })
      return new NamedDetector(name, shared, entities, kept)
    })
    const all = new Detectors(named, ground)
    if (state !== undefined) all.#saveEvery(state.intervalMs)
    all.#endForeign()
    return all
  }

  get default(): NamedDetector {
    return this.get(DEFAULT_DETECTOR) as NamedDetector
  }

  get(name: string): NamedDetector | undefined {
    return this.#byName.get(name)
  }

  get names(): string[] {
    return [...this.#byName.keys()]
  }

  /** Names of what any of them watches. */
  get features(): string[] {
    return [...new Set(this.all.flatMap(({ telemetry }) => telemetry.features.map(({ name }) => name)))]
  }

  get all(): NamedDetector[] {
    return [...this.#byName.values()]
  }

  /** Whether there are others beside `default`, or entities: then findings say whose they are. */
  get several(): boolean {
    return this.#ground !== null
  }

  /** Records in the windows of all. */
  get historySize(): number {
    return this.#sentinels.reduce((sum, { detector }) => sum + detector.historySize, 0)
  }

  /** Whether a forest judges for any of them. */
  get trained(): boolean {
    return this.#sentinels.some(({ detector }) => detector.trained)
  }

  /** Records that the nearest of them to its first forest still needs; 0 once there is one. */
  get samplesNeeded(): number {
    return Math.min(...this.#sentinels.map(({ detector }) => detector.samplesNeeded))
  }

  get #sentinels(): Sentinel[] {
    return this.all.flatMap(({ sentinels }) => sentinels)
  }

  /** Writes the state where one is kept, as far as it changed. Never rejects. */
  async save(): Promise<void> {
    await this.default.shared.save()
    this.#saving ??= this.#saveAll().finally(() => {
      this.#saving = null
    })
    await this.#saving
  }

  /** Writes the state where one is kept, and ends training and judging. */
  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.save()
    for (const { entities, shared, name } of this.all) {
      await entities?.close()
      if (name !== DEFAULT_DETECTOR) await shared.close()
    }
    // The last, for the folder of the state is its own.
    await this.default.shared.close()
    await this.#ground?.close()
  }

  async #saveAll(): Promise<void> {
    for (const detector of this.all) await detector.save()
  }

  #saveEvery(ms: number): void {
    this.#timer = setInterval(() => void this.save(), ms)
    unrefTimer(this.#timer)
  }

  /** Ends the incidents of an earlier process that nobody here gathers evidence of. */
  #endForeign(): void {
    const { incidents, activity } = this.default.shared
    for (const { id, detector = DEFAULT_DETECTOR, entity = null } of incidents.list({ open: true }))
      if (this.get(detector)?.by(entity) == null) incidents.close(id, {}, activity.nowMs)
  }
}

async function claimed(store: StateStore): Promise<void> {
  const holder = (await store.claim?.()) ?? null
  if (holder !== null) throw new Error(`${holder} has taken the folder`)
}
