/** A model is published at most this often; a leader that has just begun waits so much longer each time, until it is as below. */
const LEAST_PAUSE_MS = 1_000
const LONGER_MS = 200
/**
 * To take over a megabyte takes a replica a quarter of a second: at this rate it is a hundredth of a processor, but no model is
 * older than the longest pause for that. What goes from the bus to all replicas is bounded whatever it takes.
 */
const BYTES_A_SECOND = 50_000
const MOST_PAUSE_MS = 10_000
const BYTES_OF_ALL = 20_000_000

/** How often a leader publishes models: soon at first, then as often as all replicas can take them over at little cost. */
export class PublishPace {
  #notBeforeMs = 0
  /** Models since it leads. */
  #published = 0

  /** A leader begins. */
  reset(): void {
    this.#notBeforeMs = 0
    this.#published = 0
  }

  /** Whether another model may be published. */
  allows(nowMs: number): boolean {
    return nowMs >= this.#notBeforeMs
  }

  /** A model is about to be made. */
  begin(nowMs: number): void {
    this.#notBeforeMs = nowMs + LEAST_PAUSE_MS
  }

  /** A model of so many bytes goes to so many replicas. */
  send(bytes: number, replicas: number, nowMs: number): void {
    const pauseMs = Math.min((1_000 * bytes) / BYTES_A_SECOND, MOST_PAUSE_MS)
    const soonMs = LEAST_PAUSE_MS + LONGER_MS * this.#published
    const all = (1_000 * bytes * replicas) / BYTES_OF_ALL
    this.#notBeforeMs = nowMs + Math.max(LEAST_PAUSE_MS, Math.min(pauseMs, soonMs), all)
  }

  /** A model was published. */
  done(): void {
    this.#published += 1
  }
}
