import { type Captured, listOf } from '../captured.js'
import type { AlertFeature } from '../options.js'
import { RouteMemory } from './route-memory.js'

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

  constructor(routesMax: number, features: readonly AlertFeature[]) {
    this.#routesMax = routesMax
    this.#features = features
  }

  get size(): number {
    return this.#routes.size
  }

  find(name: string): RouteMemory | undefined {
    return this.#routes.get(name)
  }

  findOrCreate(name: string): RouteMemory {
    const found = this.#routes.get(name)
    if (found !== undefined) {
      found.used = true
      return found
    }
    const route = new RouteMemory(name, this.#features)
    const place = this.#routes.size >= this.#routesMax ? this.#evict() : this.#list.length
    this.#routes.set(name, route)
    this.#list[place] = route
    return route
  }

  /** Lets a route begin anew; its place stays. */
  reset(name: string): void {
    const route = this.#routes.get(name)
    if (route === undefined) return
    const fresh = new RouteMemory(name, this.#features)
    this.#routes.set(name, fresh)
    this.#list[this.#list.indexOf(route)] = fresh
  }

  /** Each route in its turn. */
  next(): RouteMemory {
    this.#next = this.#next + 1 < this.#list.length ? this.#next + 1 : 0
    return this.#list[this.#next] as RouteMemory
  }

  /** Every route in the order of the sweep. */
  values(): IterableIterator<RouteMemory> {
    return this.#routes.values()
  }

  capture(): Captured {
    return {
      swept: [...this.#routes.values()].map((route) => route.capture()),
      order: this.#list.map(({ name }) => name),
      next: this.#next,
    }
  }

  /** @throws AlertsStateError when these are no routes, and then nothing has changed */
  restore(captured: Captured): void {
    const { routesMax, routes } = { routesMax: this.#routesMax, routes: new Map<string, RouteMemory>() }
    for (const each of listOf(captured, 'swept').slice(-routesMax)) {
      const route = RouteMemory.restored(each, this.#features)
      routes.set(route.name, route)
    }
    const order = listOf(captured, 'order').flatMap((name) => routes.get(String(name)) ?? [])
    const listed = new Set(order)
    this.#list = [...listed, ...[...routes.values()].filter((route) => !listed.has(route))]
    this.#routes = routes
    const { next } = captured as { readonly next?: Captured }
    this.#next = typeof next === 'number' && next >= 0 && next < this.#list.length ? next : 0
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
