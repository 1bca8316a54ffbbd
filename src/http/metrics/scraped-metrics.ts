import { Counter, Gauge, type Registry } from 'prom-client'

/** Metrics whose values are plain numbers kept elsewhere: cheap to count, and read when they are scraped. */
export class ScrapedMetrics {
  readonly #registers: Registry[]

  constructor(registry: Registry) {
    this.#registers = [registry]
  }

  counter(name: string, help: string, read: () => number): void {
    this.counters(name, help, [], () => [[{}, read()]])
  }

  /** @param read gives every combination of labels with its count */
  counters<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: () => Iterable<readonly [Partial<Record<Label, string>>, number]>,
  ): void {
    new Counter({
      name,
      help,
      labelNames,
      registers: this.#registers,
      collect() {
        this.reset()
        for (const [labels, count] of read()) this.inc(labels, count)
      },
    })
  }

  /** @param read gives every combination of labels with its value */
  gauges<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    read: () => Iterable<readonly [Partial<Record<Label, string>>, number]>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: this.#registers,
      collect() {
        this.reset()
        for (const [labels, value] of read()) this.set(labels, value)
      },
    })
  }

  /** @param read gives the value, or null where there is nothing to show; one that throws shows nothing either */
  gauge(name: string, help: string, read: () => number | null): void {
    new Gauge({
      name,
      help,
      registers: this.#registers,
      collect() {
        const value = orNull(read)
        if (value === null) this.remove()
        else this.set(value)
      },
    })
  }
}

/** What the system does not tell, for want of files say, keeps nobody from the rest. */
function orNull(read: () => number | null): number | null {
  try {
    return read()
  } catch {
    return null
  }
}
