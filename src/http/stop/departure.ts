/** What tells when to let go of clients. */
export interface Leave {
  /** Whether nobody new is to be taken on. */
  readonly begun: boolean
  /** What is to be done as soon as it begins. It must not throw. */
  onBegin(act: () => void): void
}

/**
 * The end of what serves by one configuration: with the service, or before that, when another takes its place. Its
 * streams end first, for their clients come back by themselves; then it frees what it holds.
 */
export class Departure implements Leave {
  readonly #stopping: () => boolean
  readonly #first: (() => void)[] = []
  readonly #last: (() => Promise<void> | void)[] = []
  #begun = false

  /** @param stopping whether the service is to end */
  constructor(stopping: () => boolean) {
    this.#stopping = stopping
  }

  get begun(): boolean {
    return this.#begun || this.#stopping()
  }

  onBegin(act: () => void): void {
    this.#first.push(act)
  }

  /** What is to be done at the end, in this order, each when the one before is done. */
  onEnd(act: () => Promise<void> | void): void {
    this.#last.push(act)
  }

  begin(): void {
    if (this.#begun) return
    this.#begun = true
    for (const act of this.#first) act()
  }

  /** Resolves when nothing is held any more. */
  async end(): Promise<void> {
    this.begin()
    for (const act of this.#last.splice(0)) await act()
  }
}
