import { open, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { CommandError, EXIT } from '../exit.js'
import { type Added, Tail } from './tail.js'

/** How often files are looked at. */
const LOOK_MS = 250
/** How long a file that was renamed is still read: its writer may not know yet. */
const LEAVING_MS = 10_000

export interface FollowOptions {
  /** Begins with what is there already. */
  readonly fromStart: boolean
  readonly signal: AbortSignal
  /** Told where there is no file at first. */
  readonly onAbsent: () => void
  /**
   * Told of every file that is begun.
   * @param skipped the first line of one that is begun at its end; null where it is begun at its beginning
   */
  readonly onBegin: (skipped: string | null) => void
}

/**
 * The lines that are added to a file, until the signal. It need not be there yet. When another file takes its name, that
 * one is followed from its beginning, and the old one is read until nothing comes any more; when it is emptied, it is
 * followed from its new beginning.
 * @throws CommandError where it cannot be read
 */
export async function* follow(path: string, options: FollowOptions): AsyncGenerator<Added> {
  const { signal } = options
  let current: Tail | null = null
  let leaving: { readonly tail: Tail; readonly untilMs: number } | null = null
  let skips = !options.fromStart
  let looked = false
  try {
    while (!signal.aborted) {
      const ino = await inodeOf(path)
      if (leaving !== null) {
        yield* leaving.tail.added()
        if (performance.now() > leaving.untilMs || (current !== null && ino !== current.ino)) {
          yield* leaving.tail.rest()
          await leaving.tail.close()
          leaving = null
        }
      }
      if (current !== null) {
        yield* current.added()
        if (ino !== null && ino !== current.ino) {
          leaving = { tail: current, untilMs: performance.now() + LEAVING_MS }
          current = null
        }
      }
      if (current === null && ino !== null) {
        current = await opened(path)
        if (current !== null) {
          options.onBegin(skips ? await current.skip() : null)
          yield* current.added()
        }
      }
      if (!looked && current === null) options.onAbsent()
      // What appears later is new as a whole.
      skips = false
      looked = true
      await sleep(LOOK_MS, undefined, { signal }).catch(() => {})
    }
    if (leaving !== null) yield* leaving.tail.added()
    if (current !== null) yield* current.added()
  } catch (error) {
    throw new CommandError(
      EXIT.input,
      `${path} cannot be read: ${(error as Error).message.split('\n', 1)[0]}`,
    )
  } finally {
    await leaving?.tail.close()
    await current?.close()
  }
}

/** Null where there is no such file. */
async function inodeOf(path: string): Promise<number | null> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new Error('it is no file')
    return found.ino
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

async function opened(path: string): Promise<Tail | null> {
  try {
    return await Tail.of(await open(path, 'r'))
  } catch (error) {
    if (isGone(error)) return null
    throw error
  }
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}
