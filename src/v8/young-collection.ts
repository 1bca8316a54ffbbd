import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

type Collect = (options: { readonly type: 'minor' }) => void

let collect: Collect | null = null

/**
 * Collects the young generation, in half a millisecond: with it goes memory outside of the heap whose buffers nobody has
 * any more. V8 collects when objects fill its heap, and large bodies come in buffers that are next to nothing there: by
 * itself it would let the whole of a body pile up once more, and then collect all generations, which takes ten times as
 * long. `npm run bench -- bulk` shows both, as memory that batches add and how long they hold up the event loop.
 */
export function collectYoung(): void {
  collect ??= collector()
  collect({ type: 'minor' })
}

/** V8 gives its collector to contexts that are made while it is told to. */
function collector(): Collect {
  setFlagsFromString('--expose-gc')
  try {
    const gc: unknown = runInNewContext('globalThis.gc')
    return typeof gc === 'function' ? (gc as Collect) : () => {}
  } finally {
    setFlagsFromString('--no-expose-gc')
  }
}
