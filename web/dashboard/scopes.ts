import type { DetectorAnswer, DetectorsAnswer } from '../../src/http/schemas/detector.js'
import type { Api } from './connection/api.js'
import { resolved, type Scope, searchFor, type Wish, wishIn } from './connection/scope.js'

/** Whom the page shows, as its address says and the service has it. */
export class Scopes {
  readonly #api: Api
  #detectors: readonly DetectorAnswer[] = []
  #wish: Wish = wishIn(location.search)
  #current: Scope | null = null
  #note = ''
  /** The service knows nothing of the entity that is wished. */
  #refused = false

  constructor(api: Api) {
    this.#api = api
  }

  /** Null where there is one detector alone. */
  get current(): Scope | null {
    return this.#current
  }

  get detectors(): readonly DetectorAnswer[] {
    return this.#detectors
  }

  /** What there is to say of what was wished. */
  get note(): string {
    return this.#note
  }

  /** The entities of the detector that is shown; null where it keeps none. */
  get entities(): DetectorAnswer['entities'] {
    return this.#detectors.find(({ name }) => name === this.#current?.detector)?.entities ?? null
  }

  /** Asks which there are. @returns whether another is shown for it @throws ApiFailure */
  async fetch(): Promise<boolean> {
    this.#detectors = (await this.#api.get<DetectorsAnswer>('./detectors')).detectors
    const { entity } = this.#wish
    const known = this.#detectors.some(({ entities }) =>
      entities?.in_memory.some((one) => one.entity === entity),
    )
    if (known) this.#refused = false
    return this.#resolve()
  }

  /** Shows another, and has the address say so: what it pointed at is of the one before. */
  choose(scope: Scope): void {
    this.#wish = scope
    this.#refused = false
    history.pushState(null, '', `${location.pathname}${searchFor(scope, location.search)}`)
    this.#resolve()
  }

  /** The address may say something else. @returns whether another is shown for it */
  readAddress(): boolean {
    const wish = wishIn(location.search)
    if (wish.detector === this.#wish.detector && wish.entity === this.#wish.entity) return false
    this.#wish = wish
    this.#refused = false
    return this.#resolve()
  }

  /** The service knows nothing of what is shown. @returns whether something else can be */
  refuse(): boolean {
    if (this.#current === null || this.#current.entity === undefined) return false
    this.#refused = true
    return this.#resolve()
  }

  #resolve(): boolean {
    const before = this.#current
    const { scope, note } = resolved(this.#wish, this.#detectors)
    const refused = this.#refused && scope !== null && scope.entity != null
    this.#note = refused
      ? `${scope.detector} has no baseline of “${scope.entity}” now. All of it is shown.`
      : note
    const now = refused ? { ...scope, entity: undefined } : scope
    const same = now?.detector === before?.detector && now?.entity === before?.entity
    // The same object for as long as the same is shown: so it is seen what was asked for before.
    if (!same) this.#current = now
    return !same
  }
}
