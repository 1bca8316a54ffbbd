import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { StateStore } from '../state-store.js'
import { setAside } from './damaged.js'
import { FolderLock } from './folder-lock.js'
import { readWhole, replaceWhole } from './whole-file.js'

/**
 * The one file of a folder that holds the state. A new one is written beside it, brought to the disk and then
 * renamed over it: whoever looks, whenever the power fails, finds the old or the new one, whole. Readable by the
 * service's user only. One process at a time has the folder, and a lock beside the state says which.
 */
export class StateFile implements StateStore {
  readonly path: string
  readonly #dir: string
  readonly #lock: FolderLock

  constructor(dir: string) {
    this.#dir = dir
    this.path = join(dir, 'sentinel.state')
    this.#lock = new FolderLock(dir)
  }

  async claim(): Promise<string | null> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 })
    return this.#lock.take()
  }

  release(): Promise<void> {
    return this.#lock.release()
  }

  read(): Promise<Uint8Array | null> {
    return readWhole(this.path)
  }

  /** @throws Error when another process has taken the folder */
  async write(bytes: Uint8Array): Promise<void> {
    const holder = await this.claim()
    if (holder !== null) throw new Error(`${holder} has taken the folder`)
    await replaceWhole(this.path, bytes)
  }

  setAside(): Promise<string> {
    return setAside(this.path)
  }
}
