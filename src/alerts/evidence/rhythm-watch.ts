import { SILENCE, SURGE } from '../habits/habits.js'
import type { RouteMemory } from '../rarity/route-memory.js'
import type { RouteTable } from '../rarity/route-table.js'
import type { IncidentEvent, Incidents } from './gathering.js'
import type { TrafficPace } from './traffic-pace.js'

/**
 * Opens an incident where the records of a route come at twice their rate, or stop: what the records themselves cannot
 * say. Each record is looked at for a surge of its own route, and for the silence of another, each in its turn.
 */
export class RhythmWatch {
  readonly #routes: RouteTable
  readonly #incidents: Incidents
  readonly #pace: TrafficPace
  readonly #timeOf: (nowMs: number) => number
  /** Records that belong to no incident: the beat that rhythms are measured by. */
  calmRecords = 0

  /** @param timeOf what time it is for people, by which silences and surges come back */
  constructor(
    routes: RouteTable,
    incidents: Incidents,
    pace: TrafficPace,
    timeOf: (nowMs: number) => number,
  ) {
    this.#timeOf = timeOf
    this.#routes = routes
    this.#incidents = incidents
    this.#pace = pace
  }

  /**
   * A record of a route has come.
   * @param calm whether it belongs to no incident
   * @param events gets what happens to incidents
   */
  observe(route: RouteMemory, calm: boolean, nowMs: number, events: IncidentEvent[]): void {
    if (calm) this.calmRecords += 1
    const pace = this.#pace
    const incidents = this.#incidents
    const surge = route.rhythm.beat(nowMs, this.calmRecords, pace) === 'surge'
    // Requests without a route are all there are, or of no one kind: what they do says nothing of a rhythm.
    if (route.name === '') return
    const own = incidents.open === 0 ? undefined : incidents.of(route.name)
    if (own?.silent) {
      own.silent = false
      own.hotMs = nowMs
    }
    if (surge && !this.#isHabit(route, SURGE, nowMs)) {
      if (own === undefined) this.#start('surge', route, nowMs, events)
      else own.hotMs = nowMs
    } else if (own?.incident.kind === 'surge' && route.rhythm.isSurging) own.hotMs = nowMs
    const other = this.#routes.next()
    if (other === route || other.name === '' || !other.rhythm.isSilent(nowMs, this.calmRecords, pace)) return
    this.#routes.willChange(other)
    other.rhythm.silent = true
    if (!this.#isHabit(other, SILENCE, nowMs) && incidents.of(other.name) === undefined)
      this.#start('silence', other, nowMs, events)
  }

  /** Whether it comes at this time of the hour, the day or the week; in any case it is remembered that it has come. */
  #isHabit(route: RouteMemory, subject: number, nowMs: number): boolean {
    return route.habitsToKeep().expectsOne(subject, 0, this.#timeOf(nowMs))
  }

  #start(
    kind: 'silence' | 'surge',
    { name, rhythm }: RouteMemory,
    nowMs: number,
    events: IncidentEvent[],
  ): void {
    const direction = kind === 'silence' ? 'low' : 'high'
    const { gapMs } = rhythm
    const opening = { kind, route: name, feature: null, direction, usual: 0, nowMs, gapMs } as const
    this.#incidents.start(opening, false, -1, events)
  }
}
