import { isWord, type OperatorWord } from '../alerts/operator/operator-word.js'
import type { FleetBus, SaidWord, SentBatch } from './bus/fleet-bus.js'

/** Words that wait for a bus that does not answer, and words that are kept to be put back, at most. */
const MOST = 1_000

/** Who says words here, and takes over those that were said elsewhere. */
export interface FleetOperator {
  hear(word: OperatorWord, ageMs: number, elsewhere: boolean): void
  /** Whether an operator has stopped learning, and the pause is not over. */
  readonly pausesLearning: boolean
}

/** A word as it stands on the bus. */
interface Said {
  /** Which replica it was said to. */
  readonly by: string
  readonly word: OperatorWord
}

/** What operators say to a fleet: those said here go out, and all of them come in, in the same order everywhere. */
export class FleetWords {
  readonly #replica: string
  readonly #operator: FleetOperator
  readonly #waiting: Uint8Array[] = []
  readonly #known: (SentBatch & { readonly word: OperatorWord })[] = []
  /** Position of the last one that was heard; empty before the first. */
  heard = ''

  /** @param replica to which words are said here */
  constructor(replica: string, operator: FleetOperator) {
    this.#replica = replica
    this.#operator = operator
  }

  /** Whether an operator has stopped learning, and the pause is not over. */
  get pausesLearning(): boolean {
    return this.#operator.pausesLearning
  }

  /** Those that are known, oldest first: what is put back where the bus has lost them. */
  get known(): readonly SentBatch[] {
    return this.#known
  }

  /** Hands a word on as soon as the bus answers. */
  say(word: OperatorWord): void {
    const said: Said = { by: this.#replica, word }
    this.#waiting.push(new TextEncoder().encode(JSON.stringify(said)))
    if (this.#waiting.length > MOST) this.#waiting.shift()
  }

  /** Sends what waits. @throws Error where the bus does not answer; then it waits on */
  async send(bus: FleetBus): Promise<void> {
    for (let word = this.#waiting[0]; word !== undefined; word = this.#waiting[0]) {
      await bus.say(word)
      this.#waiting.shift()
    }
  }

  /** Takes in what has come. What is no word is left out. */
  hear(words: readonly SaidWord[]): void {
    for (const { position, bytes, ageMs } of words) {
      this.heard = position
      const said = read(bytes)
      if (said === null) continue
      this.#known.push({ position, bytes, word: said.word })
      if (this.#known.length > MOST) this.#known.shift()
      this.#operator.hear(said.word, ageMs, said.by !== this.#replica)
    }
  }

  /** The words behind a position, oldest first. */
  behind(position: string): { readonly position: string; readonly word: OperatorWord }[] {
    return this.#known.filter((one) => isBefore(position, one.position))
  }
}

/** Whether one position of a stream, two numbers with a hyphen between them, comes before another; empty before all. */
export function isBefore(a: string, b: string): boolean {
  const [ams = 0, aseq = 0] = a.split('-').map(Number)
  const [bms = 0, bseq = 0] = b.split('-').map(Number)
  return ams < bms || (ams === bms && aseq < bseq)
}

function read(bytes: Uint8Array): Said | null {
  try {
    const said = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Said> | null
    return typeof said?.by === 'string' && isWord(said.word) ? (said as Said) : null
  } catch {
    // Nobody of this fleet has written that.
    return null
  }
}
