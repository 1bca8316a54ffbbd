import type { NamedDetector } from '../../detectors/named-detector.js'
import type { TelemetryRecord } from '../../telemetry/record.js'
import { routeName } from '../../telemetry/route-name.js'
import { type Alteration, altered } from './alteration.js'
import type { ProveOptions } from './options.js'

/** Routes that are told apart; what comes on top counts as one. */
const ROUTES_MAX = 200
const OTHER_ROUTES = '(others)'

/** How often copies with one alteration were tried and caught. */
export interface Caught {
  tried: number
  caught: number
}

/** What was seen of a route, or of all. */
export interface RouteProof {
  records: number
  alerted: number
  /** By the name of the alteration. */
  readonly caught: Map<string, Caught>
}

/** Tries altered copies of the records that go by, once there is a forest to try them on. */
export class Proof {
  readonly all: RouteProof
  readonly routes = new Map<string, RouteProof>()
  rejected = 0
  readonly #detector: NamedDetector
  readonly #alterations: readonly Alteration[]
  readonly #every: number
  #sinceTried = 0

  constructor(detector: NamedDetector, { alterations, every }: Pick<ProveOptions, 'alterations' | 'every'>) {
    this.#detector = detector
    this.#alterations = alterations
    this.#every = every
    this.all = this.#none()
  }

  /** Judges a record as the service would, and tries copies of it when it is its turn. */
  see(record: TelemetryRecord): void {
    const detector = this.#detector
    const route = this.#routeOf(record)
    if (detector.trainedFor(record) && ++this.#sinceTried >= this.#every) {
      this.#sinceTried = 0
      for (const alteration of this.#alterations) this.#try(record, alteration, route)
    }
    const judgement = detector.judge(record)
    for (const proof of [this.all, route]) {
      proof.records++
      if (judgement?.anomaly != null) proof.alerted++
    }
  }

  #try(record: TelemetryRecord, alteration: Alteration, route: RouteProof): void {
    const copy = altered(record, alteration)
    if (copy === null) return
    const caught = (this.#detector.tryOut(copy)?.action ?? null) !== null
    for (const proof of [this.all, route]) {
      const count = proof.caught.get(alteration.name) as Caught
      count.tried++
      if (caught) count.caught++
    }
  }

  #routeOf(record: TelemetryRecord): RouteProof {
    const name = routeName(this.#detector.telemetry.routeOf(record))
    const key = this.routes.has(name) || this.routes.size < ROUTES_MAX ? name : OTHER_ROUTES
    const known = this.routes.get(key)
    if (known !== undefined) return known
    const proof = this.#none()
    this.routes.set(key, proof)
    return proof
  }

  #none(): RouteProof {
    const caught = this.#alterations.map(({ name }) => [name, { tried: 0, caught: 0 }] as const)
    return { records: 0, alerted: 0, caught: new Map(caught) }
  }
}
