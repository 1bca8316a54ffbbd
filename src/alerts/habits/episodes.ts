import { AlertsStateError } from '../captured.js'

/** Episodes remembered. */
const MOST = 32
/** From, to, and how far it went. */
const WIDTH = 3
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** What comes back within this time belongs to the same episode. */
const APART_MS = 10 * MINUTE_MS
/** And within this time, where there is no room for more. */
const TOGETHER_MS = 30 * MINUTE_MS
/** How much farther than before something may go, ln: half as far again. */
const FARTHER = Math.log(1.5)

/** After how long something comes back. */
export type PeriodName = 'hour' | 'day' | 'week'

/** And what it takes to be believed. */
interface Period {
  readonly name: PeriodName
  readonly ms: number
  /** How much earlier or later than before it may come. */
  readonly slackMs: number
  /** In so many of the last `of` periods it has to have come. */
  readonly times: number
  readonly of: number
  /** It may take this share of their time at most, each episode counted as so much longer: else it is not by its time that it is told. */
  readonly share: number
  readonly longerMs: number
}

/** Whoever comes back has been told of so many times before the next one is expected, an attacker as well as a job. */
const PERIODS: readonly Period[] = [
  {
    ...{ name: 'hour', ms: HOUR_MS, slackMs: 3 * MINUTE_MS, times: 4, of: 5 },
    // What comes at random for a quarter of the time comes in four of five hours at a given minute once in sixty times.
    ...{ share: 1 / 4, longerMs: 6 * MINUTE_MS },
  },
  {
    ...{ name: 'day', ms: DAY_MS, slackMs: 45 * MINUTE_MS, times: 2, of: 3 },
    ...{ share: 1 / 2, longerMs: 0 },
  },
  {
    ...{ name: 'week', ms: 7 * DAY_MS, slackMs: 90 * MINUTE_MS, times: 2, of: 3 },
    ...{ share: 1 / 2, longerMs: 0 },
  },
]

/**
 * When one thing was part of incidents, and how far it went: the last episodes. What comes at the same time of each hour,
 * day or week is a habit, as a job's records are. What takes too much of the time is none.
 */
export class Episodes {
  /** f64[MOST][3], oldest first. */
  readonly #kept = new Float64Array(MOST * WIDTH)
  #size = 0

  /** When the last of them ended, ms; 0 without any. */
  get lastMs(): number {
    return this.#size === 0 ? 0 : (this.#kept[(this.#size - 1) * WIDTH + 1] as number)
  }

  /** It has come, and went so far. */
  note(nowMs: number, far: number): void {
    const kept = this.#kept
    const last = (this.#size - 1) * WIDTH
    if (this.#size > 0 && nowMs - (kept[last + 1] as number) <= APART_MS) {
      kept[last + 1] = Math.max(kept[last + 1] as number, nowMs)
      kept[last + 2] = Math.max(kept[last + 2] as number, far)
      return
    }
    if (this.#size === MOST) this.#makeRoom()
    kept.set([nowMs, nowMs, far], this.#size * WIDTH)
    this.#size += 1
  }

  /**
   * How far it may go now by habit: as far as it went as often as it takes. Of several periods the one that lets it go
   * farthest; -1 where it is no habit.
   */
  habitual(nowMs: number): number {
    let most = -1
    for (const period of PERIODS) most = Math.max(most, this.#habitual(nowMs, period))
    return most
  }

  /** The period by which it may come now; null where it is no habit. */
  periodAt(nowMs: number): PeriodName | null {
    return PERIODS.find((period) => this.#habitual(nowMs, period) >= 0)?.name ?? null
  }

  /**
   * It has come at about the time of a habit: noted at the time that it had before, so that what comes a little early or late
   * does not widen it from period to period.
   */
  renew(nowMs: number, far: number): void {
    let nominalMs = nowMs
    let off = Number.POSITIVE_INFINITY
    for (const { ms, of } of PERIODS.filter((period) => this.#habitual(nowMs, period) >= 0)) {
      for (let i = 0; i < this.#size * WIDTH; i += WIDTH) {
        for (let back = 1; back <= of; back++) {
          const from = (this.#kept[i] as number) + back * ms
          const to = (this.#kept[i + 1] as number) + back * ms
          const nearest = Math.min(Math.max(nowMs, from), to)
          if (Math.abs(nearest - nowMs) >= off) continue
          off = Math.abs(nearest - nowMs)
          nominalMs = nearest
        }
      }
    }
    this.note(nominalMs, far)
  }

  /** Oldest first: from, to, how far. */
  capture(): Float64Array {
    return this.#kept.slice(0, this.#size * WIDTH)
  }

  /** @throws AlertsStateError when these are no episodes */
  restore(captured: Float64Array): void {
    if (captured.length % WIDTH !== 0 || captured.length > MOST * WIDTH)
      throw new AlertsStateError('its episodes are none')
    this.#kept.set(captured)
    this.#size = captured.length / WIDTH
  }

  #habitual(nowMs: number, { ms, slackMs, times, of, share, longerMs }: Period): number {
    if (this.#timeSince(nowMs - of * ms, longerMs) > share * of * ms) return -1
    // The smallest of the `times` largest is what it reached as often as that.
    const farthest = new Float64Array(of)
    for (let back = 1; back <= of; back++) farthest[back - 1] = this.#farAround(nowMs - back * ms, slackMs)
    return farthest.sort()[of - times] as number
  }

  /** How much of the time since then it took, each episode counted as so much longer, ms. */
  #timeSince(sinceMs: number, longerMs: number): number {
    const kept = this.#kept
    let sum = 0
    for (let i = 0; i < this.#size * WIDTH; i += WIDTH) {
      const to = kept[i + 1] as number
      if (to >= sinceMs) sum += to - Math.max(kept[i] as number, sinceMs) + longerMs
    }
    return sum
  }

  /** How far it went around a time; -1 where it did not come. */
  #farAround(ms: number, slackMs: number): number {
    const kept = this.#kept
    let far = -1
    for (let i = 0; i < this.#size * WIDTH; i += WIDTH) {
      if (ms < (kept[i] as number) - slackMs || ms > (kept[i + 1] as number) + slackMs) continue
      far = Math.max(far, kept[i + 2] as number)
    }
    return far
  }

  /** Makes one of the two oldest that belong together, as pieces of a night with few records do; else the oldest goes. */
  #makeRoom(): void {
    const kept = this.#kept
    let at = WIDTH
    while (at < kept.length && (kept[at] as number) - (kept[at - 2] as number) > TOGETHER_MS) at += WIDTH
    if (at === kept.length) at = 0
    else {
      kept[at - 2] = kept[at + 1] as number
      kept[at - 1] = Math.max(kept[at - 1] as number, kept[at + 2] as number)
    }
    kept.copyWithin(at, at + WIDTH)
    this.#size -= 1
  }
}

/** Whether something goes no farther than it may. */
export function isWithin(far: number, habitual: number): boolean {
  return habitual >= 0 && far <= habitual + FARTHER
}
