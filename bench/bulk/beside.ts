import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { LoadResult } from '../http/load-result.js'
import { pacedLoad } from '../http/paced.js'
import { ServerProcess } from '../http/server-process.js'
import { rounds } from './rounds.js'
import { recordLines } from './traffic.js'

/** Single requests at a steady rate, alone and while batches are judged. */
export interface Beside {
  readonly alone: Stretch[]
  readonly beside: Stretch[]
}

export interface Stretch extends LoadResult {
  /** Longest time that the event loop of the service stood still. */
  readonly stalledMs: number
  /** Batches that were answered meanwhile. */
  readonly batches: number
}

const PER_SECOND = 500
const CONNECTIONS = 16

export async function besideBatches(quick: boolean, progress: (what: string) => void): Promise<Beside> {
  const lines = recordLines(quick ? 500 : 100_000)
  const body = Buffer.from(lines.join('\n'))
  const bodies = lines.slice(0, 500)
  const server = await ServerProcess.start('sentinel')
  const seconds = quick ? 0.1 : 2
  const stretch = async (sends: boolean): Promise<Stretch> => {
    const sender = sends ? senderOf(server, body) : null
    await server.vitals('watch-loop')
    const load = await pacedLoad(server.url, {
      connections: CONNECTIONS,
      bodies,
      perSecond: PER_SECOND,
      amount: PER_SECOND * seconds,
    })
    const { loopDelayMs } = await server.vitals('unwatch-loop')
    return { ...load, stalledMs: loopDelayMs.max, batches: sender === null ? 0 : await stopped(sender) }
  }
  try {
    await stretch(true)
    const found: Beside = { alone: [], beside: [] }
    for (const round of rounds(quick, 12, 60)) {
      progress(`single requests beside batches, round ${round}`)
      found.alone.push(await stretch(false))
      found.beside.push(await stretch(true))
    }
    return found
  } finally {
    await server.stop()
  }
}

function senderOf(server: ServerProcess, body: Buffer): Worker {
  const url = new URL('/analyze-flow/batch?answer=summary', server.url).href
  return new Worker(new URL('batch-sender.mjs', import.meta.url), { workerData: { url, body } })
}

async function stopped(sender: Worker): Promise<number> {
  const answer = once(sender, 'message')
  sender.postMessage('stop')
  return ((await answer) as [number])[0]
}
