import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerKind, ServerProcess } from '../http/server-process.js'

/** One kind of server, started afresh: a figure a round. */
export interface StartSeries {
  name: ServerKind
  /** From the start of the process to its first answer. */
  startMs: number[]
  /** `settledMs` later, after whatever is loaded once it listens. */
  rssMiB: number[]
}

/** Starts all of them in turn, round by round. */
export async function starts(rounds: number, settledMs: number): Promise<StartSeries[]> {
  const names = ['sentinel', 'bare-fastify', 'node-http'] as const
  const series = names.map((name): StartSeries => ({ name, startMs: [], rssMiB: [] }))
  for (let round = 0; round < rounds; round++) {
    for (const { name, startMs, rssMiB } of series) {
      const server = await ServerProcess.start(name)
      await sleep(settledMs)
      startMs.push(server.startMs)
      rssMiB.push((await server.vitals()).rssMiB)
      await server.stop()
    }
  }
  return series
}
