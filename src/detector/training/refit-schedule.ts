import type { FitTurns, RunFit } from './fit-turns.js'

/** When to fit: requests coalesce into one while a fit runs or waits for its turn. */
export class RefitSchedule {
  readonly #turns: FitTurns
  readonly #run: RunFit
  /** What waits for a turn; the same each time, so that it is asked for once. */
  readonly #turn: RunFit = () => this.#fit()
  #wanted = false
  #running = false
  #closed = false
  #whenSettled: (() => void)[] = []

  /** @param turns those of its own, or those that it shares with others */
  constructor(turns: FitTurns, run: RunFit) {
    this.#turns = turns
    this.#run = run
  }

  /** Asks for a fit on whatever the window then holds. */
  request(): void {
    if (this.#closed) return
    this.#wanted = true
    if (!this.#running) this.#turns.ask(this.#turn)
  }

  /** Resolves when no fit runs or is due. */
  settled(): Promise<void> {
    if (!this.#running && !this.#wanted) return Promise.resolve()
    return new Promise((resolve) => this.#whenSettled.push(resolve))
  }

  /** Takes back what was asked for; a fit that runs goes on. */
  cancel(): void {
    this.#wanted = false
    this.#turns.leave(this.#turn)
    if (!this.#running) this.#release()
  }

  close(): void {
    this.#closed = true
    this.#wanted = false
    this.#turns.leave(this.#turn)
    this.#release()
  }

  async #fit(): Promise<number> {
    this.#wanted = false
    this.#running = true
    try {
      return await this.#run()
    } finally {
      this.#running = false
      if (this.#wanted) this.#turns.ask(this.#turn)
      else this.#release()
    }
  }

  #release(): void {
    for (const resolve of this.#whenSettled.splice(0)) resolve()
  }
}
