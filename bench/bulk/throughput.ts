import { setImmediate as turn } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { Sentinel } from '#sentinel/sentinel.js'
import { closedLoop } from '../http/load.js'
import { ServerProcess } from '../http/server-process.js'
import { NDJSON, PROTOBUF, post } from './post.js'
import { rounds } from './rounds.js'
import { recordLines, recordSpans } from './traffic.js'

/** Records a second, one a round. */
export interface Throughput {
  readonly loop: number[]
  readonly ndjson: number[]
  readonly gzip: number[]
  readonly lines: number[]
  readonly spans: number[]
  readonly singles: number[]
  /** Resident set of the service before batches and after each, in MiB. */
  readonly rssMiB: { readonly before: number; readonly after: number[] }
}

const LOOP_TURN = 256
const CONNECTIONS = 16
const SETTLING_MS = 200

/** The same records parsed and judged in a loop, and sent in every way, in turn. */
export async function throughputs(quick: boolean, progress: (what: string) => void): Promise<Throughput> {
  const n = quick ? 500 : 100_000
  const lines = recordLines(n)
  const body = Buffer.from(lines.join('\n'))
  const packed = gzipSync(body)
  // As many as fit into a request.
  const nSpans = n / 2
  const spans = recordSpans(nSpans)
  const sentinel = await Sentinel.create()
  const server = await ServerProcess.start('sentinel')
  const [batch, traces] = ['/analyze-flow/batch?answer=summary', '/v1/traces'].map(
    (path) => new URL(path, server.url),
  ) as [URL, URL]
  const answered = new URL('/analyze-flow/batch', server.url)
  try {
    // Both have a forest, and run optimised code, before anything is timed.
    await post(batch, Buffer.from(lines.slice(0, 5000).join('\n')), NDJSON)
    await judged(sentinel, lines.slice(0, 5000))
    const found: Throughput = {
      loop: [],
      ndjson: [],
      gzip: [],
      lines: [],
      spans: [],
      singles: [],
      rssMiB: { before: await rssOf(server), after: [] },
    }
    const perSecond = async (work: () => Promise<unknown>, records = n) => {
      const startedMs = performance.now()
      await work()
      return (1000 * records) / (performance.now() - startedMs)
    }
    const sent = async (into: number[], work: () => Promise<unknown>, records = n) => {
      into.push(await perSecond(work, records))
      found.rssMiB.after.push(await rssOf(server))
    }
    for (const round of rounds(quick, 5, 45)) {
      progress(`throughput, round ${round}`)
      found.loop.push(await perSecond(() => judged(sentinel, lines)))
      await sent(found.ndjson, () => post(batch, body, NDJSON))
      await sent(found.gzip, () => post(batch, packed, { ...NDJSON, 'content-encoding': 'gzip' }))
      await sent(found.lines, () => post(answered, body, NDJSON))
      await sent(found.spans, () => post(traces, spans, PROTOBUF), nSpans)
      const extent = quick ? { amount: 160 } : { seconds: 2 }
      const load = { connections: CONNECTIONS, bodies: lines.slice(0, 500), ...extent }
      found.singles.push((await closedLoop(server.url, load)).perSecond)
    }
    return found
  } finally {
    await server.stop()
    await sentinel.close()
  }
}

async function judged(sentinel: Sentinel, lines: readonly string[]): Promise<void> {
  for (const [i, line] of lines.entries()) {
    sentinel.judge(JSON.parse(line))
    if (i % LOOP_TURN === LOOP_TURN - 1) await turn()
  }
}

async function rssOf(server: ServerProcess): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLING_MS))
  return (await server.vitals()).rssMiB
}
