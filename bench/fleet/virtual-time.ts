import type { FleetTime } from '#sentinel/fleet/fleet-time.js'

interface Task {
  dueMs: number
  readonly pauseMs: number
  readonly work: () => Promise<void>
}

/** What the processor spent on somebody, ms. */
export interface Spent {
  cpuMs: number
}

/** Time that passes from task to task, as fast as those are done. The same tasks are done in the same order each time. */
export class VirtualTime {
  nowMs = 0
  /** The next one last. */
  readonly #tasks: Task[] = []

  /**
   * The time of one that begins after a pause of its own, so that not all of them do everything at once.
   * @param settled resolves once nothing that it began is under way
   * @param spent is told of what its work takes
   */
  startingAt(firstMs: number, settled: () => Promise<void>, spent: Spent): FleetTime {
    const passing = this
    return {
      get nowMs() {
        return passing.nowMs
      },
      turn: () => Promise.resolve(),
      every: (pauseMs, work) => {
        const task: Task = {
          dueMs: firstMs,
          pauseMs,
          work: async () => {
            const before = process.cpuUsage()
            await work()
            await settled()
            const { user, system } = process.cpuUsage(before)
            spent.cpuMs += (user + system) / 1_000
          },
        }
        this.#put(task)
        return async () => {
          const at = this.#tasks.indexOf(task)
          if (at >= 0) this.#tasks.splice(at, 1)
        }
      },
    }
  }

  /** Lets time pass until then. */
  async pass(untilMs: number): Promise<void> {
    for (
      let next = this.#tasks.at(-1);
      next !== undefined && next.dueMs < untilMs;
      next = this.#tasks.at(-1)
    ) {
      this.#tasks.pop()
      this.nowMs = next.dueMs
      next.dueMs += next.pauseMs
      this.#put(next)
      await next.work()
    }
    this.nowMs = untilMs
  }

  #put(task: Task): void {
    let [from, to] = [0, this.#tasks.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#tasks[middle] as Task).dueMs > task.dueMs) from = middle + 1
      else to = middle
    }
    this.#tasks.splice(from, 0, task)
  }
}
