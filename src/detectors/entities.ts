import type { Sentinel, SentinelLog } from '../sentinel.js'
import { Admission } from './admission.js'
import type { BaselineFiles } from './baseline-files.js'
import { KeptBaseline } from './kept-baseline.js'

/** How often the log says that entities were forgotten. */
const TOLD_EVERY_MS = 60_000

export interface EntitiesOptions {
  readonly detector: string
  /** How many have a baseline of their own at a time. */
  readonly places: number
  /** Makes the sentinel of an entity. */
  readonly sentinelOf: (entity: string) => Sentinel
  /** Null where nothing is kept: then who makes room is forgotten. */
  readonly files: BaselineFiles | null
  /** Records from which on a baseline is worth a file. */
  readonly worthKeeping: number
  /** Whether time passes by the machine's clock; else by records, so that they alone decide. */
  readonly paced: boolean
  readonly log: SentinelLog
}

interface Place {
  readonly entity: string
  readonly kept: KeptBaseline
  /** Counts up with every record of any of them. */
  usedAt: number
}

/**
 * The entities of one detector that have a baseline of their own, as many as there are places. While there is room each
 * gets one at its first record; then the least recently used makes room for one that keeps coming, or that there is a
 * file of. Its baseline goes to its file where there is a folder for that, and is forgotten where not.
 */
export class Entities {
  /** Entities whose baseline was written to its file and left memory, and those whose baseline is gone. */
  readonly left = { setAside: 0, forgotten: 0 }
  readonly #options: EntitiesOptions
  readonly #places = new Map<string, Place>()
  readonly #admission: Admission
  /** What is being written of those that have left. */
  readonly #leaving = new Set<Promise<void>>()
  #uses = 0
  #toldMs = Number.NEGATIVE_INFINITY

  constructor(options: EntitiesOptions) {
    this.#options = options
    this.#admission = new Admission(options.places, options.paced)
  }

  /** How many may be in memory at a time. */
  get places(): number {
    return this.#options.places
  }

  get size(): number {
    return this.#places.size
  }

  /** The sentinel of an entity that has a baseline in memory, which counts as a use. */
  use(entity: string): Sentinel | null {
    const place = this.#places.get(entity)
    if (place === undefined) return null
    place.usedAt = ++this.#uses
    return place.kept.sentinel
  }

  /** The same, and it does not count. */
  get(entity: string): Sentinel | null {
    return this.#places.get(entity)?.kept.sentinel ?? null
  }

  /** Whether it has a baseline in memory, or one that is kept. */
  knows(entity: string): boolean {
    return this.#places.has(entity) || this.#options.files?.has(entity) === true
  }

  /** Those in memory, by when they were used last, the latest first. */
  *[Symbol.iterator](): Generator<readonly [entity: string, sentinel: Sentinel]> {
    const places = [...this.#places.values()].sort((a, b) => b.usedAt - a.usedAt)
    for (const { entity, kept } of places) yield [entity, kept.sentinel]
  }

  /** A record has come of an entity that has none in memory: gives it one where it may have one, else null. */
  admit(entity: string): Sentinel | null {
    const { files, places } = this.#options
    this.#admission.tick()
    const known = files?.has(entity) === true
    if (this.#places.size < places) {
      // Reading a file takes its time, too.
      if (known && !this.#admission.take()) return null
      return this.#enter(entity)
    }
    const asks = known || this.#admission.comesOften(entity)
    if (!asks || !this.#admission.take() || !this.#makeRoom()) return null
    return this.#enter(entity)
  }

  /** Writes what has changed, one baseline after the other. Never rejects. */
  async save(): Promise<void> {
    for (const { kept } of [...this.#places.values()]) await kept.save()
    await Promise.all(this.#leaving)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#places.values()].map(({ kept }) => kept.sentinel.close()))
    await Promise.all(this.#leaving)
  }

  #enter(entity: string): Sentinel {
    const { sentinelOf, detector, files, log } = this.#options
    const sentinel = sentinelOf(entity)
    const kept = new KeptBaseline(sentinel, { detector, entity }, files, log)
    this.#places.set(entity, { entity, kept, usedAt: ++this.#uses })
    return sentinel
  }

  /** Whether there is room now. */
  #makeRoom(): boolean {
    let oldest: Place | null = null
    for (const place of this.#places.values())
      if (!place.kept.saving && (oldest === null || place.usedAt < oldest.usedAt)) oldest = place
    if (oldest === null) return false
    const { entity, kept } = oldest
    const { files, worthKeeping } = this.#options
    this.#places.delete(entity)
    if (files !== null && kept.sentinel.detector.records >= worthKeeping) {
      this.left.setAside += 1
      const written = kept.setAside().finally(() => this.#leaving.delete(written))
      this.#leaving.add(written)
    } else this.#forgotten()
    kept.sentinel.retire()
    return true
  }

  #forgotten(): void {
    const { detector, log } = this.#options
    this.left.forgotten += 1
    const nowMs = performance.now()
    if (nowMs - this.#toldMs < TOLD_EVERY_MS) return
    this.#toldMs = nowMs
    const facts = { detector, forgotten: this.left.forgotten, places: this.#options.places }
    log.info(facts, 'there are more entities than places: those that were not used for longest are forgotten')
  }
}
