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
const SETTLED_MS = 1000

export async function grownMemory([early, late]: [number, number]): Promise<MemoryGrowth[]> {
  const grown: MemoryGrowth[] = []
  for (const name of ['sentinel', 'bare-fastify'] as const) {
    const server = await ServerProcess.start(name)
    try {
      const afterEarly = await afterRecords(server, early)
      const afterLate = await afterRecords(server, late - early)
      grown.push({ name, records: { early, late }, rssMiB: { early: afterEarly, late: afterLate } })
    } finally {
      await server.stop()
    }
  }
  return grown
}

async function afterRecords(server: ServerProcess, amount: number): Promise<number> {
  await closedLoop(server.url, { connections: CONNECTIONS, bodies: ordinaryBodies(), amount })
  await sleep(SETTLED_MS)
  return (await server.vitals()).rssMiB
}
