import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { IncidentLog } from '../alerts/incidents/incident-log.js'
import type { CapturedModel } from '../sentinel/following.js'
import type { SentinelLog } from '../sentinel/options.js'
import { StateError } from '../state/section.js'
import type { FleetBus, Head, Published, SentBatch } from './bus/fleet-bus.js'
import type { FleetFigures } from './fleet-figures.js'
import type { LearningOptions } from './fleet-options.js'
import type { FleetTime } from './fleet-time.js'
import type { FleetWords } from './fleet-words.js'
import { mirrorNotes } from './incident-notes.js'
import type { Judge } from './judge.js'
import { type Follower, Leadership } from './leadership.js'
import { decodeModel, hashOf } from './model/model-blob.js'
import type { Sampler } from './samples/sampler.js'

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
  readonly judge: Judge
  /** The incidents that people see here. */
  readonly incidents: IncidentLog
  readonly sampler: Sampler
  readonly words: FleetWords
  readonly time: FleetTime
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
  #heardMs: number
  #inTrouble = false
  /** Whatever restores a model, one after the other: there is one place for it. */
  #restoring: Promise<unknown> = Promise.resolve()
  #adopting = false
  /** The last head whose model could not be used. */
  #bad: { readonly head: Head; readonly sinceMs: number } | null = null
  /** What ends the work that is done again and again. */
  #ends: (() => Promise<void>)[] = []
  #closed = false

  constructor(parts: ReplicaParts) {
    this.#parts = parts
    const { bus, learning, figures, words, time, leaseMs, log, role, onLead } = parts
    this.#heardMs = time.nowMs
    const leading = { bus, follower: this, learning, figures, words, time, leaseMs, log, onLead }
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
    const ended = this.#ends.map((end) => end())
    await this.#leadership?.close()
    await Promise.all(ended)
    await this.settled()
    await this.#parts.bus.close()
  }

  /** Resolves when no model is being published or taken over. */
  async settled(): Promise<void> {
    await this.#leadership?.settled()
    await this.#restoring
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
    const { judge, bus, words } = this.#parts
    return this.#alone(async () => {
      const head = await bus.head()
      if (head !== null) await this.#take(head)
      // Before anything newer is published: whoever comes later could not tell that words were lost.
      else if (this.head !== null && this.#bytes !== null)
        await bus.putBack(this.head, this.#bytes, words.known)
      const known = judge.name === null ? null : this.#bytes
      return decodeModel(known ?? (await judge.capture()))
    })
  }

  publish(bytes: Uint8Array, hash: string, send: () => Promise<Published>): Promise<Published> {
    return this.#alone(async () => {
      const adopt = await this.#parts.judge.prepare(bytes)
      const published = await send()
      if (typeof published === 'object') this.#adopt(adopt, published, bytes, hash)
      return published
    })
  }

  /** Does it again and again, one after the other, whatever becomes of it. */
  #every(pauseMs: number, work: () => Promise<void>): void {
    const step = (): Promise<void> => work().catch((error: unknown) => this.#trouble(error as Error))
    this.#ends.push(this.#parts.time.every(pauseMs, step))
  }

  async #beat(): Promise<void> {
    const { bus, sampler, words, figures } = this.#parts
    const batch = sampler.take()
    try {
      const sending = batch === null ? Promise.resolve() : bus.send(batch)
      const asking = bus.news(this.#notesRead, words.heard)
      const [head, news] = await Promise.all([bus.head(), asking, sending, words.send(bus)])
      if (batch !== null) figures.batches.sent++
      this.#heard()
      this.#mirror(news.notes)
      words.hear(news.words)
      if (head !== null) sampler.shareWith(head.replicas)
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
    const { bus, judge, words, time } = this.#parts
    if (head !== null) this.#leadership?.saw(head.epoch)
    if (this.#closed || this.#adopting) return
    const own = this.head
    if (own !== null && this.#bytes !== null && (head === null || head.version < own.version)) {
      if (Math.random() < PUT_BACK_CHANCE) void bus.putBack(own, this.#bytes, words.known).catch(() => {})
      return
    }
    if (head === null || head.hash === judge.name) return
    const bad = this.#bad
    if (head.hash === bad?.head.hash && time.nowMs - bad.sinceMs < RETRY_MS) return
    this.#adopting = true
    void this.#alone(() => this.#take(head)).finally(() => {
      this.#adopting = false
    })
  }

  async #take(head: Head): Promise<void> {
    const { bus, judge, time, log, figures } = this.#parts
    if (head.hash === judge.name || (this.head !== null && head.version < this.head.version)) return
    try {
      const bytes = await bus.model(head.hash)
      if (bytes === null) throw new StateError('it is gone')
      if (hashOf(bytes) !== head.hash) throw new StateError('its bytes are others than were published')
      const adopt = await judge.prepare(bytes)
      if (!this.#closed) this.#adopt(adopt, head, bytes, head.hash)
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
      this.#bad = { head, sinceMs: time.nowMs }
    }
  }

  #adopt(adopt: (name: string) => void, head: Head, bytes: Uint8Array, hash: string): void {
    const { judge, figures, log } = this.#parts
    if (judge.name === null)
      log.info({ version: head.version, hash }, 'records are judged by the model of the fleet')
    adopt(hash)
    this.head = head
    this.#bytes = bytes
    figures.models.adopted++
    figures.model = hash
    figures.version = head.version
    figures.epoch = head.epoch
    figures.modelBytes = bytes.length
  }

  #heard(): void {
    const { figures, time, log } = this.#parts
    this.#heardMs = time.nowMs
    figures.connected = true
    if (this.#inTrouble) log.info({}, 'the bus of the fleet answers again')
    this.#inTrouble = false
  }

  #trouble(error: Error): void {
    const { figures, time, log } = this.#parts
    figures.busErrors++
    figures.connected = false
    // One command that is late, or the first ones before the connection stands, are no trouble yet.
    if (time.nowMs - this.#heardMs < LATE_MS) return
    if (!this.#inTrouble && !this.#closed)
      log.warn(
        { reason: error.message },
        'the bus of the fleet does not answer: records are judged by the last model',
      )
    this.#inTrouble = true
  }

  #mindTheGrace(): void {
    const { judge, graceMs, figures, time, log } = this.#parts
    if (judge.name === null || time.nowMs - this.#heardMs < graceMs) return
    judge.thaw()
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
