import { LateList } from '../../state/late.js'
import type { Steps } from '../../state/steps.js'
import { type Captured, itemsOf, listOf, textOf } from '../captured.js'
import type { AlertFeature } from '../options.js'
import { type CapturedRoute, RouteMemory } from './route-memory.js'

/** Routes that are restored before others have their turn. */
const ROUTES_A_STEP = 4

/**
 * The memories of at most `routesMax` routes. When one more is needed, the least recently used goes: a sweep in order
 * of arrival passes over those used since the last one (second chance), so a flood of new routes pushes out itself.
 */
export class RouteTable {
  readonly #routesMax: number
  readonly #features: readonly AlertFeature[]
  #routes = new Map<string, RouteMemory>()
  /** The same in no order that matters, to look after one at a time. */
  #list: RouteMemory[] = []
  #next = 0
  /** What is being captured. */
  #late: LateList<RouteMemory, CapturedRoute> | null = null

  constructor(routesMax: number, features: readonly AlertFeature[]) {
    this.#routesMax = routesMax
    this.#features = features
  }

  get size(): number {
    return this.#routes.size
  }

  /** To look at: it does not count as a use of the route. */
  find(name: string): RouteMemory | undefined {
    return this.#routes.get(name)
  }

  findOrCreate(name: string): RouteMemory {
    const found = this.#routes.get(name)
    if (found !== undefined) {
      if (this.#late !== null) this.#keep(found, this.#late)
      found.used = true
      return found
    }
    const route = this.#created(name)
    const place = this.#routes.size >= this.#routesMax ? this.#evict() : this.#list.length
    this.#routes.set(name, route)
    this.#list[place] = route
    return route
  }

  /** Lets a route begin anew; its place stays. */
  reset(name: string): void {
    const route = this.#routes.get(name)
    if (route === undefined) return
    const fresh = this.#created(name)
    this.#routes.set(name, fresh)
    this.#list[this.#list.indexOf(route)] = fresh
  }

  /** Each route in its turn. */
  next(): RouteMemory {
    this.#next = this.#next + 1 < this.#list.length ? this.#next + 1 : 0
    return this.#list[this.#next] as RouteMemory
  }

  /** To be called before a route changes that was not just looked up. */
  willChange(route: RouteMemory): void {
    if (this.#late !== null) this.#keep(route, this.#late)
  }

  /** The routes of that name, or all for null, in the order of the sweep. */
  named(name: string | null): RouteMemory[] {
    return [...this.#routes.values()].filter((route) => name === null || route.name === name)
  }

  /** The routes are captured late, one by one. */
  capture(): Captured {
    this.#late?.finish()
    const routes = [...this.#routes.values()]
    const used = routes.map((route) => route.used)
    const swept = new LateList(
      routes,
      (route: RouteMemory) => route.capture(),
      (state: CapturedRoute, i) => {
        state.used = used[i] as boolean
      },
    )
    this.#late = swept
    return { swept: swept.asList(), order: this.#list.map(({ name }) => name), next: this.#next }
  }

  /**
   * Takes captured routes over, in steps.
   * @param former a table that is no longer in use: its memories are overwritten, which takes less than to make new ones
   * @throws AlertsStateError when these are no routes, and then nothing has changed
   */
  *restoring(captured: Captured, former: RouteTable | null = null): Steps {
    const routes = new Map<string, RouteMemory>()
    let count = 0
    for (const each of itemsOf(captured, 'swept')) {
      const name = textOf(each, 'name')
      const known = former === null ? undefined : former.#takeAway(name)
      const route = known ?? new RouteMemory(name, this.#features)
      route.restore(each)
      routes.set(name, route)
      // Of more than there is room for, the latest.
      const [oldest] = routes.keys()
      if (routes.size > this.#routesMax) routes.delete(oldest as string)
      count += 1
      if (count % ROUTES_A_STEP === 0) yield
    }
    const order = listOf(captured, 'order').flatMap((name) => routes.get(String(name)) ?? [])
    const listed = new Set(order)
    this.#list = [...listed, ...[...routes.values()].filter((route) => !listed.has(route))]
    this.#routes = routes
    const { next } = captured as { readonly next?: Captured }
    this.#next = typeof next === 'number' && next >= 0 && next < this.#list.length ? next : 0
  }

  /** Nothing that is still to be captured. */
  #takeAway(name: string): RouteMemory | undefined {
    if (this.#late !== null && !this.#late.done) return undefined
    const route = this.#routes.get(name)
    this.#routes.delete(name)
    return route
  }

  #created(name: string): RouteMemory {
    const route = new RouteMemory(name, this.#features)
    this.#late?.leaveOut(route)
    return route
  }

  #keep(route: RouteMemory, late: LateList<RouteMemory, CapturedRoute>): void {
    if (late.done) this.#late = null
    else late.keep(route)
  }

  /** Lets one go; returns its place in the list. */
  #evict(): number {
    for (const [name, route] of this.#routes) {
      this.#routes.delete(name)
      if (!route.used) return this.#list.indexOf(route)
      route.used = false
      this.#routes.set(name, route)
    }
    return this.#list.length
  }
}
