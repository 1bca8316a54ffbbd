import type { IncidentLog } from '../alerts/incidents/incident-log.js'
import { isForLearning } from '../alerts/operator/operator-word.js'
import type { CapturedModel } from '../sentinel/following.js'
import type { SentinelLog } from '../sentinel/options.js'
import type { FleetBus, Head, Publication, Published } from './bus/fleet-bus.js'
import type { FleetFigures } from './fleet-figures.js'
import type { LearningOptions } from './fleet-options.js'
import type { FleetTime } from './fleet-time.js'
import type { FleetWords } from './fleet-words.js'
import { IncidentNotes } from './incident-notes.js'
import { encodeModel, hashOf } from './model/model-blob.js'
import { PublishPace } from './publish-pace.js'
import { SampleReader } from './sample-reader.js'
import { Teacher } from './teacher.js'

/** Times in a row that a model may be unsound before the leader goes back to the one in use. */
const UNSOUND_MOST = 10
/** The rest of the replica, as the leader needs it. */
export interface Follower {
  /** The head that is followed; null before the first. */
  readonly head: Head | null
  /** The newest head that there is, whether its model is of any use or not. */
  readonly newest: Head | null
  /** The incidents that it knows of, as they were captured. */
  readonly incidents: readonly unknown[]
  /** The model of the newest head, or what was learnt here where there is none that can be used. */
  capture(): Promise<CapturedModel>
  /**
   * Tries a model out and publishes it; then judges by it.
   * @throws StateError when it cannot be judged by
   */
  publish(bytes: Uint8Array, hash: string, send: () => Promise<Published>): Promise<Published>
}

export interface LeadershipParts {
  readonly bus: FleetBus
  readonly follower: Follower
  readonly learning: LearningOptions
  readonly figures: FleetFigures
  readonly words: FleetWords
  readonly time: FleetTime
  readonly leaseMs: number
  readonly log: SentinelLog
  /** Told when this replica begins to lead, with the incidents of the fleet, and of null when it leads no more. */
  readonly onLead: (incidents: IncidentLog | null) => void
}

/** What a replica does beside judging while it holds the lease: it learns from everybody's samples, and publishes. */
export class Leadership {
  readonly #parts: LeadershipParts
  #epoch: number | null = null
  #highest = 0
  #teacher: Teacher | null = null
  #notes: IncidentNotes
  readonly #samples: SampleReader
  /** Position of the last operator's word that the teacher heard. */
  #heard = ''
  #askedMs = Number.NEGATIVE_INFINITY
  /** When the lease was asked for that is held. */
  #keptMs = 0
  #publishing: Promise<void> | null = null
  #closed = false
  #publishedRevision = -1
  readonly #pace = new PublishPace()
  #unsound = 0

  constructor(parts: LeadershipParts) {
    this.#parts = parts
    this.#notes = new IncidentNotes(parts.time)
    this.#samples = new SampleReader(parts)
  }

  /** An epoch that somebody else had. */
  saw(epoch: number): void {
    this.#highest = Math.max(this.#highest, epoch)
  }

  /**
   * One step: takes or keeps the lease, learns from what has come, publishes what is new.
   * @throws Error where the bus does not answer
   */
  async step(): Promise<void> {
    const { nowMs } = this.#parts.time
    if (this.#epoch === null) await this.#apply(nowMs)
    else await this.#keep(this.#epoch, nowMs)
    const teacher = this.#teacher
    if (this.#epoch === null || teacher === null) return
    this.#hear(teacher)
    await this.#samples.readFor(teacher, () => this.#teacher === teacher)
    if (this.#epoch === null) return
    await this.#tell(this.#epoch, teacher)
    this.#publishWhenDue(this.#epoch, teacher)
  }

  /** Resolves when no model is being published. */
  async settled(): Promise<void> {
    await this.#publishing
  }

  /** Leads no more, and never again: also where it is just beginning to. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#giveUp()
  }

  /** Leads no more. The lease is given back where the bus can be reached. */
  async #giveUp(): Promise<void> {
    const epoch = this.#epoch
    await this.#stepDown()
    if (epoch !== null) await this.#parts.bus.resign(epoch).catch(() => {})
  }

  async #apply(nowMs: number): Promise<void> {
    const { bus, leaseMs, log, figures, onLead } = this.#parts
    if (this.#closed || nowMs - this.#askedMs < leaseMs / 8) return
    this.#askedMs = nowMs
    const epoch = await bus.acquire(this.#highest)
    if (epoch === null) return
    try {
      await this.#begin(epoch)
    } catch (error) {
      onLead(null)
      await bus.resign(epoch).catch(() => {})
      throw error
    }
    if (this.#closed) {
      await this.#giveUp()
      return
    }
    this.#keptMs = nowMs
    figures.leads = true
    figures.epoch = epoch
    log.info({ epoch }, 'this replica leads the fleet from now on')
  }

  async #begin(epoch: number): Promise<void> {
    const { follower, bus, words } = this.#parts
    const model = await follower.capture()
    this.#teacher = await this.#newTeacher(model, follower.incidents)
    // Without a head what was learnt here is gone on from, which has heard what was said here.
    this.#heard = follower.head?.words ?? words.heard
    // Without a head what was sampled so far is the very traffic that this replica knows already, or nothing at all.
    this.#samples.position = follower.head?.position ?? (await bus.newest())
    this.#epoch = epoch
    this.#highest = epoch
    this.#publishedRevision = -1
    this.#pace.reset()
    this.#unsound = 0
  }

  #newTeacher(model: CapturedModel, incidents: readonly unknown[]): Promise<Teacher> {
    const { learning, time, onLead } = this.#parts
    const notes = new IncidentNotes(time)
    this.#notes = notes
    return Teacher.create(learning, time, model, incidents, (log) => {
      log.subscribe((event) => notes.add(event))
      onLead(log)
    })
  }

  /** The lease is kept by getting on: not while a fit hangs. */
  async #keep(epoch: number, nowMs: number): Promise<void> {
    const { bus, leaseMs, log } = this.#parts
    if (this.#teacher?.hangs === true) {
      log.error({ epoch }, 'a fit of the fleet does not end: this replica leads no more')
      await this.#giveUp()
      this.#askedMs = nowMs + leaseMs
      return
    }
    // Whatever the bus has of it, it is over by now.
    if (nowMs - this.#keptMs > leaseMs) {
      await this.#lose(epoch)
      return
    }
    if (nowMs - this.#askedMs < leaseMs / 4) return
    this.#askedMs = nowMs
    if (await bus.renew(epoch)) this.#keptMs = nowMs
    else await this.#lose(epoch)
  }

  /** What operators said of what is learnt, each once: a model tells up to where it heard. */
  #hear(teacher: Teacher): void {
    const { words } = this.#parts
    teacher.paused = words.pausesLearning
    if (words.heard === this.#heard) return
    for (const { position, word } of words.behind(this.#heard)) {
      this.#heard = position
      if (isForLearning(word)) teacher.hear(word)
    }
  }

  async #tell(epoch: number, { incidents }: Teacher): Promise<void> {
    const note = this.#notes.take(incidents)
    if (note !== null && !(await this.#parts.bus.tell(epoch, note))) await this.#lose(epoch)
  }

  #publishWhenDue(epoch: number, teacher: Teacher): void {
    const due =
      this.#epoch === epoch &&
      this.#publishing === null &&
      teacher.trained &&
      teacher.revision !== this.#publishedRevision &&
      this.#pace.allows(this.#parts.time.nowMs)
    if (!due) return
    const { revision } = teacher
    this.#publishing = this.#publish(epoch, teacher)
      .then((done) => {
        if (done) this.#publishedRevision = revision
      })
      .catch((err: unknown) => this.#parts.log.warn({ err }, 'a model of the fleet could not be published'))
      .finally(() => {
        this.#publishing = null
      })
  }

  async #publish(epoch: number, teacher: Teacher): Promise<boolean> {
    const { follower, bus, figures, log } = this.#parts
    const { time } = this.#parts
    const [position, words] = [this.#samples.position, this.#heard]
    const captured = teacher.capture()
    this.#pace.begin(time.nowMs)
    const bytes = await encodeModel(captured)
    if (!(await teacher.isSound())) {
      figures.models.unsound++
      await this.#distrust(teacher)
      return false
    }
    this.#unsound = 0
    const hash = hashOf(bytes)
    const replicas = Math.max(1, teacher.replicas.known)
    this.#pace.send(bytes.length, replicas, time.nowMs)
    const after = follower.newest
    const publication: Publication = { hash, position, words, replicas, bytes, after }
    const published = await follower.publish(bytes, hash, () => bus.publish(epoch, publication))
    if (published === 'fenced' || published === 'overtaken') {
      figures.models.refused++
      log.warn(
        { epoch, outcome: published },
        'a model of this replica was refused, as another one leads by now',
      )
      await this.#lose(epoch)
      return false
    }
    figures.models.published++
    this.#pace.done()
    return true
  }

  /** A model that is unsound again and again is no accident: the last one that was not is gone back to. */
  async #distrust(teacher: Teacher): Promise<void> {
    const { follower, log } = this.#parts
    this.#unsound += 1
    if (this.#unsound === 1)
      log.error({}, 'what the fleet has learnt alerts far too much of what is ordinary: it is not published')
    if (this.#unsound < UNSOUND_MOST || follower.head === null || this.#teacher !== teacher) return
    this.#unsound = 0
    this.#teacher = await this.#newTeacher(await follower.capture(), teacher.incidents.capture())
    this.#heard = follower.head.words
    await teacher.close()
    log.warn({}, 'the fleet learns on from the last model that was sound')
  }

  async #lose(epoch: number): Promise<void> {
    if (this.#epoch !== epoch) return
    this.#parts.log.warn({ epoch }, 'this replica leads the fleet no more')
    await this.#stepDown()
  }

  async #stepDown(): Promise<void> {
    const teacher = this.#teacher
    this.#epoch = null
    this.#teacher = null
    this.#parts.figures.leads = false
    if (teacher !== null) this.#parts.onLead(null)
    await teacher?.close()
  }
}
