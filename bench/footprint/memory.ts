import { setTimeout as sleep } from 'node:timers/promises'
import { closedLoop } from '../http/load.js'
import { type ServerKind, ServerProcess } from '../http/server-process.js'
import { ordinaryBodies } from '../http/traffic.js'

/** Resident memory of a server after few and after many records, fed as fast as it takes them. */
export interface MemoryGrowth {
  name: ServerKind
  records: { early: number; late: number }
  rssMiB: { early: number; late: number }
}

const CONNECTIONS = 16

export async function grownMemory(
  [early, late]: [number, number],
  settledMs: number,
): Promise<MemoryGrowth[]> {
  const grown: MemoryGrowth[] = []
  for (const name of ['sentinel', 'bare-fastify'] as const) {
    const server = await ServerProcess.start(name)
    try {
      const afterEarly = await afterRecords(server, early, settledMs)
      const afterLate = await afterRecords(server, late - early, settledMs)
      grown.push({ name, records: { early, late }, rssMiB: { early: afterEarly, late: afterLate } })
    } finally {
      await server.stop()
    }
  }
  return grown
}

async function afterRecords(server: ServerProcess, amount: number, settledMs: number): Promise<number> {
  await closedLoop(server.url, { connections: CONNECTIONS, bodies: ordinaryBodies(), amount })
  await sleep(settledMs)
  return (await server.vitals()).rssMiB
}
