import { createRequire } from 'node:module'

/** What one load showed. Latencies are those of each request, as the client saw them. */
export interface LoadResult {
  requests: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  p999Ms: number
  maxMs: number
}

export interface Load {
  connections: number
  bodies: readonly string[]
  /** Ends after so many seconds, or after so many requests. */
  seconds?: number
  amount?: number
}

interface Cannon {
  on(event: 'response', listener: (client: unknown, status: number, bytes: number, ms: number) => void): void
}

interface Client {
  setRequests(requests: readonly { readonly body: string }[]): void
}

type Autocannon = (options: object, done: (error: Error | null, result: { errors: number }) => void) => Cannon

// It brings no types.
const autocannon = createRequire(import.meta.url)('autocannon') as Autocannon

/**
 * Every connection sends its next request when the last one is answered, as fast as that goes. Each has a share of the
 * bodies, in turn: all of them in each would come as a burst of copies, which is no ordinary traffic.
 */
export function closedLoop(url: string, { connections, bodies, seconds, amount }: Load): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    // Its own histogram counts whole milliseconds; these are too coarse for ratios.
    const latencies: number[] = []
    let refused = 0
    let begun = 0
    // From the first request: to build all requests takes a share of a second where there are many bodies.
    let startedMs = Number.NaN
    let endedMs = Number.NaN
    const cannon = autocannon(
      {
        url,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        connections,
        ...(amount === undefined ? { duration: seconds } : { amount }),
        sampleInt: 100,
        // One to begin with; each connection gets its own at once.
        requests: [{ body: bodies[0] }],
        setupClient: (client: Client) => {
          client.setRequests(shareOf(bodies, begun, connections).map((body) => ({ body })))
          begun += 1
        },
      },
      (error, { errors } = { errors: 0 }) => {
        if (error) reject(error)
        else if (refused + errors > 0) reject(new Error(`${refused} refused, ${errors} failed at ${url}`))
        else resolve(summary(latencies, endedMs - startedMs))
      },
    )
    cannon.on('response', (_client, status, _bytes, ms) => {
      latencies.push(ms)
      endedMs = performance.now()
      if (latencies.length === 1) startedMs = endedMs - ms
      if (status !== 200) refused++
    })
  })
}

function shareOf(bodies: readonly string[], connection: number, connections: number): string[] {
  const share = bodies.filter((_, i) => i % connections === connection)
  return share.length > 0 ? share : [bodies[connection % bodies.length] as string]
}

export function summary(latencies: number[], tookMs: number): LoadResult {
  const ascending = Float64Array.from(latencies).sort()
  const at = (share: number): number => quantileOfSorted(ascending, share)
  return {
    requests: latencies.length,
    perSecond: latencies.length / (tookMs / 1000),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    p999Ms: at(0.999),
    maxMs: at(1),
  }
}

/** As `quantile`, of what is sorted already: a load has a hundred thousand samples. */
function quantileOfSorted(ascending: Float64Array, share: number): number {
  const position = share * (ascending.length - 1)
  const below = Math.floor(position)
  const low = ascending[below] ?? Number.NaN
  return low + ((ascending[below + 1] ?? low) - low) * (position - below)
}
