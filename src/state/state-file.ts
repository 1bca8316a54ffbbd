import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { StateError } from './section.js'
import type { StateStore } from './state-store.js'

/** Larger than any state can be; what is larger is not read. */
const MAX_BYTES = 2 ** 30

/**
 * The one file of a folder that holds the state. A new one is written beside it, brought to the disk and then
 * renamed over it: whoever looks, whenever the power fails, finds the old or the new one, whole. Readable by the
 * service's user only. One process at a time has the folder.
 */
export class StateFile implements StateStore {
  readonly path: string
  readonly #asidePath: string
  readonly #dir: string
  readonly #newPath: string

  constructor(dir: string) {
    this.#dir = dir
    this.path = join(dir, 'sentinel.state')
    this.#asidePath = join(dir, 'sentinel.state.damaged')
    this.#newPath = join(dir, 'sentinel.state.new')
  }

  async read(): Promise<Buffer | null> {
    try {
      const { size } = await stat(this.path)
      if (size > MAX_BYTES) throw new StateError(`${size} bytes are too many`)
      return await readFile(this.path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 })
    const file = await open(this.#newPath, 'w', 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(this.#newPath, this.path)
    await this.#syncFolder()
  }

  /** One that was set aside before is lost. */
  async setAside(): Promise<string> {
    await rename(this.path, this.#asidePath)
    return this.#asidePath
  }

  /** Until the folder is on the disk, too, a power failure may undo the renaming. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#dir, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}
