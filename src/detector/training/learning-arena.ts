import { Arena, type ArenaShape } from '../../forest/arena.js'
import { hasBuiltin } from '../../runtime/builtin.js'

/**
 * An arena to learn in: in shared memory where a thread can use it. Bundlers may leave the module for that behind; of
 * the plain one there is always a copy, and fits then run inline.
 * @throws ForestError when the module or the memory cannot be had
 */
export async function learningArena(shape: ArenaShape): Promise<Arena> {
  if (typeof SharedArrayBuffer !== 'undefined' && hasBuiltin('node:worker_threads')) {
    try {
      return await Arena.create(shape, { shared: true })
    } catch {
      // If the memory is the reason, the plain one says so.
    }
  }
  return Arena.create(shape, { shared: false })
}
