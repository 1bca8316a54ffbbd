import { constants, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setAside } from './damaged.js'
import { FolderLock } from './folder-lock.js'
import { StateError } from './section.js'
import type { StateStore } from './state-store.js'

/** Larger than a state of the largest settings; what is larger is not read. */
export const MAX_STATE_BYTES = 2 ** 28

/**
 * Neither a link, which may lead anywhere, nor a pipe, which may never end. Systems that do not know these flags have
 * no use for them.
 */
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** How file systems say that they cannot sync, rather than that it failed: network shares, FUSE, Windows. */
const NO_SYNC = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])
const NO_FOLDER_SYNC = new Set([...NO_SYNC, 'EPERM', 'EACCES', 'EISDIR', 'EBADF'])

/**
 * The one file of a folder that holds the state. A new one is written beside it, brought to the disk and then
 * renamed over it: whoever looks, whenever the power fails, finds the old or the new one, whole. Readable by the
 * service's user only. One process at a time has the folder, and a lock beside the state says which.
 */
export class StateFile implements StateStore {
  readonly path: string
  readonly #dir: string
  readonly #newPath: string
  readonly #lock: FolderLock

  constructor(dir: string) {
    this.#dir = dir
    this.path = join(dir, 'sentinel.state')
    this.#newPath = join(dir, 'sentinel.state.new')
    this.#lock = new FolderLock(dir)
  }

  async claim(): Promise<string | null> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 })
    return this.#lock.take()
  }

  release(): Promise<void> {
    return this.#lock.release()
  }

  async read(): Promise<Uint8Array | null> {
    const file = await this.#open()
    if (file === null) return null
    try {
      const found = await file.stat()
      if (!found.isFile()) throw new StateError('it is no regular file')
      if (found.size > MAX_STATE_BYTES) throw new StateError(`${found.size} bytes are too many`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  }

  /** @throws Error when another process has taken the folder */
  async write(bytes: Uint8Array): Promise<void> {
    const holder = await this.claim()
    if (holder !== null) throw new Error(`${holder} has taken the folder`)
    // Whatever stands there, a link above all, is not to be written through.
    await rm(this.#newPath, { force: true })
    const file = await open(this.#newPath, 'wx', 0o600)
    try {
      await file.writeFile(bytes)
      await sync(file, NO_SYNC)
    } finally {
      await file.close()
    }
    await rename(this.#newPath, this.path)
    await this.#syncFolder()
  }

  setAside(): Promise<string> {
    return setAside(this.path)
  }

  async #open(): Promise<FileHandle | null> {
    try {
      return await open(this.path, READ_ONLY)
    } catch (error) {
      switch ((error as NodeJS.ErrnoException).code) {
        case 'ENOENT':
        case 'ENOTDIR':
          return null
        case 'ELOOP':
          throw new StateError('it is a symbolic link')
        case 'ENXIO':
          throw new StateError('it is no regular file')
        default:
          throw error
      }
    }
  }

  /** Until the folder is on the disk, too, a power failure may undo the renaming. */
  async #syncFolder(): Promise<void> {
    try {
      const folder = await open(this.#dir, 'r')
      try {
        await folder.sync()
      } finally {
        await folder.close()
      }
    } catch (error) {
      if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
  }
}

async function sync(file: FileHandle, unable: ReadonlySet<string>): Promise<void> {
  try {
    await file.sync()
  } catch (error) {
    if (!unable.has((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
