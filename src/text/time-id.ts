const MS_DIGITS = 11
const SEQUENCE_DIGITS = 4
const SEQUENCE_END = 16 ** SEQUENCE_DIGITS

/** Eleven hex digits of milliseconds since 1970, a hyphen, four of a sequence: `19b76daa800-0000`. */
export const TIME_ID_PATTERN = '^[0-9a-f]{11}-[0-9a-f]{4}$'
const TIME_ID = new RegExp(TIME_ID_PATTERN)

export function isTimeId(text: string): boolean {
  return TIME_ID.test(text)
}

/** Gives ids that sort as text in the order in which they were given, even when the clock goes back. */
export class TimeIds {
  #ms = 0
  #sequence = 0

  /** Makes the next ids sort after this one, too, which an earlier process may have given. */
  continueAfter(id: string): void {
    const [ms, sequence] = id.split('-').map((digits) => Number.parseInt(digits, 16)) as [number, number]
    if (ms < this.#ms || (ms === this.#ms && sequence <= this.#sequence)) return
    this.#ms = ms
    this.#sequence = sequence
  }

  /** @param nowMs milliseconds since 1970; a fraction of one does not count */
  next(nowMs: number): string {
    const ms = Math.floor(nowMs)
    if (ms > this.#ms) {
      this.#ms = ms
      this.#sequence = 0
    } else if (++this.#sequence === SEQUENCE_END) {
      this.#ms++
      this.#sequence = 0
    }
    return `${hex(this.#ms, MS_DIGITS)}-${hex(this.#sequence, SEQUENCE_DIGITS)}`
  }
}

/**
 * A text that sorts before every id given at or after a time in milliseconds since 1970, and after those given
 * before it. A time outside the range of ids counts as the nearest inside.
 */
export function idBound(timeMs: number): string {
  const latest = 16 ** MS_DIGITS - 1
  return hex(Math.min(Math.max(Math.ceil(timeMs), 0), latest), MS_DIGITS)
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
