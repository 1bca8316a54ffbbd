import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { IncidentLog } from '../alerts/incident-log.js'
import { nextTurn, type Timer, unrefTimer } from '../runtime/timers.js'
import type { CapturedModel, Following, PreparedModel } from '../sentinel-following.js'
import type { SentinelLog } from '../sentinel-options.js'
import { StateError } from '../state/section.js'
import type { FleetBus, Head, Published, SentBatch } from './fleet-bus.js'
import type { FleetFigures } from './fleet-figures.js'
import type { LearningOptions } from './fleet-options.js'
import { mirrorNotes } from './incident-notes.js'
import { type Follower, Leadership } from './leadership.js'
import { decodeModel, encodeModel, hashOf } from './model-blob.js'
import type { Sampler } from './sampler.js'

/** How often samples are sent, and the head is looked at. */
export const BEAT_MS = 100
/** How long a model that could not be used is left alone before it is tried again. */
const RETRY_MS = 2_000
/** How long nothing is heard of the bus before it is said. */
const LATE_MS = 2_000
/** Of the replicas that miss a head each puts it back with this chance at a beat: so that it is not all of them. */
const PUT_BACK_CHANCE = 0.3

export interface ReplicaParts {
  readonly bus: FleetBus
  readonly following: Following
  /** The incidents that people see here. */
  readonly incidents: IncidentLog
  readonly sampler: Sampler
  readonly learning: LearningOptions
  readonly figures: FleetFigures
  readonly role: 'auto' | 'follower'
  readonly leaseMs: number
  readonly graceMs: number
  readonly log: SentinelLog
  /** Told when this replica begins to lead, with the incidents of the fleet, and of null when it leads no more. */
  readonly onLead: (incidents: IncidentLog | null) => void
}

/** Names a process among those of a fleet. */
export function replicaName(): string {
  return `${hostname().slice(0, 64)}:${process.pid}:${randomBytes(4).toString('hex')}`
}

/**
 * One sentinel's part in a fleet: sends a sample of what it judges, judges by the head's model, and leads where nobody
 * else does. Whatever the bus does, judging goes on.
 */
export class Replica implements Follower {
  readonly #parts: ReplicaParts
  readonly #leadership: Leadership | null
  head: Head | null = null
  /** The bytes of the model in use: what is put back where the bus has lost it. */
  #bytes: Uint8Array | null = null
  /** Up to where it was read what is told of incidents; empty before the first time. */
  #notesRead = ''
  #heardMs = performance.now()
  #inTrouble = false
  /** Whatever restores a model, one after the other: there is one place for it. */
  #restoring: Promise<unknown> = Promise.resolve()
  #adopting = false
  /** The last head whose model could not be used. */
  #bad: { readonly head: Head; readonly sinceMs: number } | null = null
  #timers: Timer[] = []
  #steps = new Set<Promise<void>>()
  #closed = false

  constructor(parts: ReplicaParts) {
    this.#parts = parts
    const { bus, learning, figures, leaseMs, log, role, onLead } = parts
    const leading = { bus, follower: this, learning, figures, leaseMs, log, onLead }
    this.#leadership = role === 'follower' ? null : new Leadership(leading)
  }

  /** Begins to take part. */
  start(): void {
    this.#every(BEAT_MS, () => this.#beat())
    const leadership = this.#leadership
    if (leadership !== null) this.#every(BEAT_MS, () => leadership.step())
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#leadership?.close()
    await Promise.all(this.#steps)
    await this.#restoring
    await this.#parts.bus.close()
  }

  /** One that nobody can use is followed by the next as well as any other. */
  get newest(): Head | null {
    const bad = this.#bad?.head ?? null
    return bad !== null && bad.version > (this.head?.version ?? 0) ? bad : this.head
  }

  get incidents(): readonly unknown[] {
    return this.#parts.incidents.capture()
  }

  capture(): Promise<CapturedModel> {
    const { following } = this.#parts
    return this.#alone(async () => {
      const head = await this.#parts.bus.head()
      if (head !== null) await this.#take(head)
      const known = following.name === null ? null : this.#bytes
      return decodeModel(known ?? (await encodeModel(following.capture())))
    })
  }

  publish(bytes: Uint8Array, hash: string, send: () => Promise<Published>): Promise<Published> {
    return this.#alone(async () => {
      const prepared = await this.#prepare(bytes)
      const published = await send()
      if (typeof published === 'object') this.#adopt(prepared, published, bytes, hash)
      return published
    })
  }

  /** Does it again and again, one after the other, whatever becomes of it. */
  #every(pauseMs: number, work: () => Promise<void>): void {
    const slot = this.#timers.length
    const next = (): void => {
      const step = work()
        .catch((error: unknown) => this.#trouble(error as Error))
        .finally(() => {
          this.#steps.delete(step)
          if (this.#closed) return
          const timer = setTimeout(next, pauseMs)
          unrefTimer(timer)
          this.#timers[slot] = timer
        })
      this.#steps.add(step)
    }
    next()
  }

  async #beat(): Promise<void> {
    const { bus, sampler, figures } = this.#parts
    const batch = sampler.take()
    try {
      const sending = batch === null ? Promise.resolve() : bus.send(batch)
      const [head, notes] = await Promise.all([bus.head(), bus.told(this.#notesRead), sending])
      if (batch !== null) figures.batches.sent++
      this.#heard()
      this.#mirror(notes)
      this.#see(head)
    } catch (error) {
      if (batch !== null) figures.batches.lost++
      throw error
    } finally {
      this.#mindTheGrace()
    }
  }

  /** What was told before this replica came is shown, and no news. */
  #mirror(notes: readonly SentBatch[]): void {
    const isPast = this.#notesRead === ''
    for (const { position, bytes } of notes) {
      mirrorNotes(bytes, this.#parts.incidents, isPast)
      this.#notesRead = position
    }
    if (isPast && notes.length === 0) this.#notesRead = '0'
  }

  /** What becomes of the head that the bus has. */
  #see(head: Head | null): void {
    const { bus, following } = this.#parts
    if (head !== null) this.#leadership?.saw(head.epoch)
    if (this.#closed || this.#adopting) return
    const own = this.head
    if (own !== null && this.#bytes !== null && (head === null || head.version < own.version)) {
      if (Math.random() < PUT_BACK_CHANCE) void bus.putBack(own, this.#bytes).catch(() => {})
      return
    }
    if (head === null || head.hash === following.name) return
    const bad = this.#bad
    if (head.hash === bad?.head.hash && performance.now() - bad.sinceMs < RETRY_MS) return
    this.#adopting = true
    void this.#alone(() => this.#take(head)).finally(() => {
      this.#adopting = false
    })
  }

  async #take(head: Head): Promise<void> {
    const { bus, following, log, figures } = this.#parts
    if (head.hash === following.name || (this.head !== null && head.version < this.head.version)) return
    try {
      const bytes = await bus.model(head.hash)
      if (bytes === null) throw new StateError('it is gone')
      if (hashOf(bytes) !== head.hash) throw new StateError('its bytes are others than were published')
      const prepared = await this.#prepare(bytes)
      if (!this.#closed) this.#adopt(prepared, head, bytes, head.hash)
    } catch (error) {
      if (!(error instanceof StateError)) {
        this.#trouble(error as Error)
        return
      }
      if (this.#bad?.head.hash !== head.hash) {
        figures.models.damaged++
        const { version, hash } = head
        log.error(
          { reason: error.message, version, hash },
          'the model of the fleet cannot be used: the one before stays',
        )
      }
      this.#bad = { head, sinceMs: performance.now() }
    }
  }

  async #prepare(bytes: Uint8Array): Promise<PreparedModel> {
    return this.#parts.following.prepare(await decodeModel(bytes), nextTurn)
  }

  #adopt(prepared: PreparedModel, head: Head, bytes: Uint8Array, hash: string): void {
    const { following, figures, log } = this.#parts
    if (following.name === null)
      log.info({ version: head.version, hash }, 'records are judged by the model of the fleet')
    following.adopt(prepared, hash)
    this.head = head
    this.#bytes = bytes
    figures.models.adopted++
    figures.model = hash
    figures.version = head.version
    figures.epoch = head.epoch
    figures.modelBytes = bytes.length
  }

  #heard(): void {
    const { figures, log } = this.#parts
    this.#heardMs = performance.now()
    figures.connected = true
    if (this.#inTrouble) log.info({}, 'the bus of the fleet answers again')
    this.#inTrouble = false
  }

  #trouble(error: Error): void {
    const { figures, log } = this.#parts
    figures.busErrors++
    figures.connected = false
    // One command that is late, or the first ones before the connection stands, are no trouble yet.
    if (performance.now() - this.#heardMs < LATE_MS) return
    if (!this.#inTrouble && !this.#closed)
      log.warn(
        { reason: error.message },
        'the bus of the fleet does not answer: records are judged by the last model',
      )
    this.#inTrouble = true
  }

  #mindTheGrace(): void {
    const { following, graceMs, figures, log } = this.#parts
    if (following.name === null || performance.now() - this.#heardMs < graceMs) return
    following.thaw()
    figures.model = null
    figures.alone++
    log.warn({ graceMs }, 'the bus of the fleet was not heard of for long: this replica learns by itself')
  }

  /** Does it when nothing else of its kind is under way. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#restoring.then(work)
    this.#restoring = result.catch(() => {})
    return result
  }
}
