import type { LoadResult } from './load-result.js'
import { pacedLoad } from './paced.js'
import { wrkLoad } from './wrk.js'

export interface Load {
  readonly connections: number
  readonly bodies: readonly string[]
}

/** Ends after so many whole seconds, or after so many requests. */
export type Extent = { readonly seconds: number } | { readonly amount: number }

/** Every connection sends its next request when the last one is answered, as fast as that goes. */
export function closedLoop(url: string, load: Load & Extent): Promise<LoadResult> {
  const { connections, bodies } = load
  return 'seconds' in load
    ? wrkLoad(url, connections, bodies, load.seconds)
    : pacedLoad(url, { connections, bodies, perSecond: Number.POSITIVE_INFINITY, amount: load.amount })
}
