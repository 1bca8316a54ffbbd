import { IncidentLog } from '#sentinel/alerts/incidents/incident-log.js'
import { incidentSentence } from '#sentinel/explain/sentence/incident.js'
import { Wording } from '#sentinel/explain/sentence/phrases.js'
import { FleetFigures } from '#sentinel/fleet/fleet-figures.js'
import type { LearningOptions } from '#sentinel/fleet/fleet-options.js'
import { FleetWords } from '#sentinel/fleet/fleet-words.js'
import type { Judge } from '#sentinel/fleet/judge.js'
import { BEAT_MS, Replica } from '#sentinel/fleet/replica.js'
import { Sampler } from '#sentinel/fleet/samples/sampler.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'
import { TimeIds } from '#sentinel/text/time-id.js'
import { mulberry32, type RandomSource } from '../../made-up/random.js'
import type { Labelled } from '../../made-up/traffic.js'
import { BusInMemory } from './memory-bus.js'
import { type Spent, VirtualTime } from './virtual-time.js'

const LEASE_MS = 3_000
const RATE = 200
const ORDINARY = { p: 0.5, alert: null } as const
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const NOTHING_SAID = { hear() {}, pausesLearning: false }

interface Member {
  readonly replica: Replica
  readonly sampler: Sampler
  readonly figures: FleetFigures
  /** When each version was in use here, ms. */
  readonly adoptedMs: Map<number, number>
  ended: boolean
  readonly spent: Spent
}

export interface FleetOptions {
  readonly replicas: number
  /** Records a second at each. */
  readonly recordsASecond: number
  readonly seed: number
  readonly detector: LearningOptions['detector']
  /** What is judged by before there is a first model: as a fresh sentinel captures it. */
  readonly fresh: Uint8Array
  /** The records of all of them, in turn. */
  readonly next: () => Labelled
}

/**
 * Replicas as they are, with a bus in memory and a time that passes as fast as they work. They judge nothing: what a record
 * is worth is up to the model, and that is the leader's.
 */
export class SimulatedFleet {
  readonly bus: BusInMemory
  readonly time = new VirtualTime()
  readonly #members: Member[] = []
  readonly #options: FleetOptions
  readonly #random: RandomSource
  /** The model that was published last. */
  model: Uint8Array | null = null

  constructor(options: FleetOptions) {
    this.#options = options
    this.#random = mulberry32(options.seed)
    this.bus = new BusInMemory(this.time)
    for (let i = 0; i < options.replicas; i++) this.#members.push(this.#member(`r${i}`))
  }

  /** Those that have not ended. */
  get members(): readonly Member[] {
    return this.#members.filter(({ ended }) => !ended)
  }

  get leader(): Member | undefined {
    return this.members.find(({ figures }) => figures.leads)
  }

  /** Has so many seconds pass, with traffic. */
  async run(seconds: number): Promise<void> {
    const untilMs = this.time.nowMs + 1_000 * seconds
    for (let nowMs = this.time.nowMs; nowMs < untilMs; nowMs += BEAT_MS) {
      for (const { sampler } of this.members) this.#serve(sampler)
      await this.time.pass(nowMs + BEAT_MS)
    }
  }

  /** Ends one as a power failure does: it is silent from now on. */
  async kill(member: Member): Promise<void> {
    member.ended = true
    await member.replica.close()
  }

  async close(): Promise<void> {
    for (const member of this.members) await this.kill(member)
  }

  #serve(sampler: Sampler): void {
    const records = (this.#options.recordsASecond * BEAT_MS) / 1_000
    for (let i = 0; i < records; i++) {
      const { route, latency, input_length, errors } = this.#options.next()
      sampler.judged(route, { values: [latency, input_length, errors], missing: null }, ORDINARY, false)
    }
  }

  #member(name: string): Member {
    const { detector } = this.#options
    const figures = new FleetFigures()
    const adoptedMs = new Map<number, number>()
    let replica: Replica | null = null
    const firstMs = BEAT_MS * this.#random.uniform()
    const spent = { cpuMs: 0 }
    const time = this.time.startingAt(firstMs, async () => replica?.settled(), spent)
    const words = new Wording(REQUEST_TELEMETRY.features)
    const sampler = new Sampler({
      ...{ replica: name, nFeatures: 3, rate: RATE, beatMs: BEAT_MS, rareUpTo: 0.001 },
      random: () => this.#random.uniform(),
      clock: () => this.time.nowMs,
    })
    // It can be silent only: its lease is nobody's until it is over.
    const bus = { ...this.bus.join(LEASE_MS), resign: async () => {} }
    replica = new Replica({
      ...{ bus, sampler, figures, time, role: 'auto', leaseMs: LEASE_MS, graceMs: 60_000, log: SILENT },
      judge: this.#judge(figures, adoptedMs),
      words: new FleetWords(name, NOTHING_SAID),
      incidents: new IncidentLog({ ids: new TimeIds() }),
      learning: {
        ...{ detector, telemetry: REQUEST_TELEMETRY, alerts: {}, log: SILENT },
        sentence: (facts) => incidentSentence(facts, words),
      },
      onLead() {},
    })
    replica.start()
    return { replica, sampler, figures, adoptedMs, ended: false, spent }
  }

  #judge(figures: FleetFigures, adoptedMs: Map<number, number>): Judge {
    let used: string | null = null
    return {
      get name() {
        return used
      },
      prepare: async (bytes) => (name) => {
        used = name
        this.model = bytes
        // The figures are brought up to date right behind.
        queueMicrotask(() => adoptedMs.set(figures.version, this.time.nowMs))
      },
      capture: async () => this.#options.fresh,
      thaw() {
        used = null
      },
    }
  }
}
