import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { closedLoop, type Extent } from '../http/load.js'
import { ServerProcess } from '../http/server-process.js'
import { ordinaryBodies } from '../http/traffic.js'

/** A service with an adapter, and the same one without, round by round. */
export interface Adapted {
  readonly name: string
  /** Share of its throughput that it is to keep. */
  readonly least: number
  readonly throughput: number[]
  readonly bareThroughput: number[]
  readonly p99Ms: number[]
  readonly bareP99Ms: number[]
}

const SERVICE = fileURLToPath(new URL('service.mjs', import.meta.url))
const CONNECTIONS = 16
const ROUNDS = 9
const bodies = ordinaryBodies()

const FRAMEWORKS = ['fastify', 'express'] as const
const MODES = [
  { mode: 'judge', name: 'judged in process', least: 0.93 },
  { mode: 'report', name: 'reported to a sidecar', least: 0.95 },
] as const

/** Each framework bare, judging and reporting, in turn; every other round backwards. */
export async function raceServices(quick: boolean, progress: (what: string) => void): Promise<Adapted[]> {
  const sidecar = await ServerProcess.start('sentinel')
  const raced: Adapted[] = []
  try {
    for (const framework of FRAMEWORKS) {
      progress(framework)
      raced.push(...(await race(framework, new URL(sidecar.url).origin, quick)))
    }
  } finally {
    await sidecar.stop()
  }
  return raced
}

async function race(framework: string, report: string, quick: boolean): Promise<Adapted[]> {
  const bare = await Service.start(framework, 'bare', report)
  const services = [bare]
  const adapted = MODES.map(({ name, least }) => empty(`${framework}, ${name}`, least))
  try {
    services.push(...(await Promise.all(MODES.map(({ mode }) => Service.start(framework, mode, report)))))
    for (const service of quick ? [] : services) await service.load({ seconds: 3 })
    for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
      const results = new Map<Service, Awaited<ReturnType<Service['load']>>>()
      for (const service of round % 2 === 0 ? services : services.toReversed())
        results.set(service, await service.load(quick ? { amount: 200 } : { seconds: 2 }))
      const without = results.get(bare) as Awaited<ReturnType<Service['load']>>
      for (const [i, each] of adapted.entries()) {
        const result = results.get(services[i + 1] as Service) as typeof without
        each.throughput.push(result.perSecond)
        each.p99Ms.push(result.p99Ms)
        each.bareThroughput.push(without.perSecond)
        each.bareP99Ms.push(without.p99Ms)
      }
    }
  } finally {
    for (const service of services) service.stop()
  }
  return adapted
}

function empty(name: string, least: number): Adapted {
  return { name, least, throughput: [], bareThroughput: [], p99Ms: [], bareP99Ms: [] }
}

class Service {
  readonly #process: ChildProcess
  readonly #url: string

  private constructor(process: ChildProcess, url: string) {
    this.#process = process
    this.#url = url
  }

  static async start(framework: string, mode: string, report: string): Promise<Service> {
    const child = spawn(process.execPath, [SERVICE, framework, mode, report], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const [url] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown]
    if (typeof url !== 'string') throw new Error(`${framework}, ${mode} ended before it listened`)
    return new Service(child, url)
  }

  load(extent: Extent) {
    return closedLoop(this.#url, { connections: CONNECTIONS, bodies, ...extent })
  }

  stop(): void {
    this.#process.kill('SIGKILL')
  }
}
