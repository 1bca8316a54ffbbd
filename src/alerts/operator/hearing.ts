import type { FeedbackNote } from './feedback-note.js'
import type { LearningPause } from './learning-pause.js'
import type { Mutes } from './mutes.js'
import type { NeverLearntList } from './never-learnt.js'
import type { ExpectedWord, OperatorWord, ThreatWord } from './operator-word.js'

const MINUTE_MS = 60_000

/** @internal */
export interface HearingParts {
  readonly mutes: Mutes
  readonly neverLearnt: NeverLearntList
  readonly pause: LearningPause
  /** Keeps what was said of an incident. */
  readonly note: (incident: string, feedback: FeedbackNote) => void
  /** Milliseconds since 1970, going on evenly; and the same as people read it. */
  readonly clock: () => number
  readonly shown: (evenMs: number) => number
}

/** Takes over what operators said to other replicas. Said twice it does what it did once. @internal */
export class Hearing {
  readonly #parts: HearingParts

  constructor(parts: HearingParts) {
    this.#parts = parts
  }

  /**
   * @param ageMs how long ago it was said
   * @returns whether anything is different by it
   */
  hear(word: OperatorWord, ageMs: number): boolean {
    const { pause, clock } = this.#parts
    const saidMs = clock() - ageMs
    switch (word.said) {
      case 'expected':
        this.#note(word.incident, 'expected', word.note, saidMs)
        return this.#expect(word.pattern, saidMs, saidMs + word.forMs)
      case 'threat':
        this.#note(word.incident, 'threat', word.note, saidMs)
        return this.#refuse(word.pattern, saidMs, saidMs + word.forMs)
      case 'noted':
        this.#note(word.incident, word.verdict, word.note, saidMs)
        return this.#takeBack(word.source)
      case 'taken back':
        return this.#takeBack(word.source)
      case 'paused':
        if (ageMs >= word.forMs) return pause.end()
        pause.begin((word.forMs - ageMs) / MINUTE_MS)
        return true
      case 'resumed':
        return pause.end()
      default:
        // What was learnt is changed where it is learnt.
        return false
    }
  }

  #expect(pattern: ExpectedWord['pattern'], saidMs: number, untilMs: number): boolean {
    const { mutes, neverLearnt } = this.#parts
    const { source } = pattern
    neverLearnt.remove((one) => one.source === source)
    if (untilMs <= this.#parts.clock() || !mutes.hasRoomFor(source, this.#parts.clock())) return false
    mutes.set({ ...pattern, until: iso(untilMs), muted: mutes.of(source)?.muted ?? 0 }, saidMs)
    return true
  }

  #refuse(pattern: ThreatWord['pattern'], saidMs: number, untilMs: number): boolean {
    const { mutes, neverLearnt } = this.#parts
    const { source } = pattern
    mutes.remove((one) => one.source === source)
    if (untilMs <= this.#parts.clock() || !neverLearnt.hasRoomFor(source, this.#parts.clock())) return false
    neverLearnt.set(
      { ...pattern, until: iso(untilMs), kept_out: neverLearnt.of(source)?.kept_out ?? 0 },
      saidMs,
    )
    return true
  }

  #takeBack(source: string): boolean {
    const { mutes, neverLearnt } = this.#parts
    const [muted, kept] = [mutes, neverLearnt].map((list) => list.remove((one) => one.source === source))
    return muted !== undefined || kept !== undefined
  }

  #note(
    incident: string | null,
    verdict: FeedbackNote['verdict'],
    note: string | null,
    saidMs: number,
  ): void {
    if (incident !== null) this.#parts.note(incident, { verdict, note, at: iso(this.#parts.shown(saidMs)) })
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
