import type { Rarity } from '../rarity/rarity.js'
import type { RouteMemory } from '../rarity/route-memory.js'
import type { RouteTable } from '../rarity/route-table.js'
import { type KnownHabit, knownHabit } from './known-habit.js'

/** What comes back on each route, asked of the record that was ranked last. */
export class RouteHabits {
  readonly #routes: RouteTable
  readonly #rarity: Rarity
  readonly #names: readonly string[]
  readonly #timeOf: (nowMs: number) => number

  /**
   * @param names of the features, in column order
   * @param timeOf what time it is for people, by which something comes back
   */
  constructor(
    routes: RouteTable,
    rarity: Rarity,
    names: readonly string[],
    timeOf: (nowMs: number) => number,
  ) {
    this.#routes = routes
    this.#rarity = rarity
    this.#names = names
    this.#timeOf = timeOf
  }

  /** Whether all that is rare in the record comes at this time of the hour, the day or the week. */
  expects({ habits, grown }: RouteMemory, nowMs: number): boolean {
    if (habits === null) return false
    this.#rarity.tellSigns(grown, habits)
    return habits.expects(this.#timeOf(nowMs))
  }

  /** It does, and goes on doing so. */
  renew({ habits }: RouteMemory, nowMs: number): void {
    habits?.renew(this.#timeOf(nowMs))
  }

  /** The record is part of an incident. */
  remember(route: RouteMemory, nowMs: number): void {
    const habits = route.habitsToKeep()
    this.#rarity.tellSigns(route.grown, habits)
    habits.remember(this.#timeOf(nowMs))
  }

  /** What was expected so far, of each route in turn. */
  list(): KnownHabit[] {
    return this.#routes
      .named(null)
      .flatMap(({ name, habits }) =>
        (habits?.list() ?? []).map((habit) => knownHabit(name, habit, this.#names)),
      )
  }

  /** What came back is told of again. False where no habit has the id. */
  end(id: string): boolean {
    for (const route of this.#routes.named(null)) {
      const ended = route.habits?.list().find((habit) => knownHabit(route.name, habit, this.#names).id === id)
      if (ended === undefined) continue
      this.#routes.willChange(route)
      route.habits?.forget(ended.subject)
      return true
    }
    return false
  }
}
