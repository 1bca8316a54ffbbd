import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setAside } from '../state/file/damaged.js'
import { readWholeNow, replaceWhole } from '../state/file/whole-file.js'

const FOLDER = 'detectors'
const END = '.state'

/**
 * The files of one detector in the state folder: one for the baseline that its records share, and one for each entity,
 * named by a hash of it. Of entities as many are kept as are told here; the one that was used longest ago goes.
 */
export class BaselineFiles {
  readonly #dir: string
  readonly #detector: string
  readonly #most: number
  readonly #mayWrite: () => Promise<void>
  /** Files of entities, the one that was used longest ago first. */
  readonly #known: Set<string>
  /** What is still to be written, by the name of its file. */
  readonly #pending = new Map<string, Uint8Array>()
  /** Files are written one after the other. */
  #writing: Promise<void> = Promise.resolve()

  /**
   * @param most entities that files are kept of
   * @param mayWrite rejects where the folder belongs to somebody else
   */
  constructor(stateDir: string, detector: string, most: number, mayWrite: () => Promise<void>) {
    this.#dir = join(stateDir, FOLDER)
    this.#detector = detector
    this.#most = most
    this.#mayWrite = mayWrite
    this.#known = new Set(this.#found())
  }

  /** How many entities there are files of. */
  get size(): number {
    return this.#known.size
  }

  has(entity: string): boolean {
    return this.#known.has(this.#nameOf(entity))
  }

  pathOf(entity: string | null): string {
    return join(this.#dir, this.#nameOf(entity))
  }

  /**
   * The state that is kept; null where there is none.
   * @throws StateError for what can be none, and the system's error for what cannot be read
   */
  read(entity: string | null): Uint8Array | null {
    return this.#pending.get(this.#nameOf(entity)) ?? readWholeNow(this.pathOf(entity))
  }

  /** Replaces the state, whole or not at all. It can be read at once, and is gone where it cannot be written. */
  write(entity: string | null, bytes: Uint8Array): Promise<void> {
    const name = this.#nameOf(entity)
    this.#pending.set(name, bytes)
    if (entity !== null) this.#use(name)
    const written = this.#writing.then(() => this.#write(name, bytes))
    this.#writing = written.catch(() => {})
    return written
  }

  /** Moves what cannot be used out of the way. Never rejects. */
  async setAside(entity: string | null): Promise<void> {
    if (entity !== null) this.#known.delete(this.#nameOf(entity))
    await setAside(this.pathOf(entity)).catch(() => {})
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    try {
      await this.#mayWrite()
      await mkdir(this.#dir, { recursive: true, mode: 0o700 })
      await replaceWhole(join(this.#dir, name), bytes)
      await this.#removeOldest()
    } catch (error) {
      this.#known.delete(name)
      throw error
    } finally {
      if (this.#pending.get(name) === bytes) this.#pending.delete(name)
    }
  }

  #use(name: string): void {
    this.#known.delete(name)
    this.#known.add(name)
  }

  async #removeOldest(): Promise<void> {
    for (const oldest of this.#known) {
      if (this.#known.size <= this.#most) return
      if (this.#pending.has(oldest)) continue
      this.#known.delete(oldest)
      await rm(join(this.#dir, oldest), { force: true })
    }
  }

  /** An entity is whatever a client says: of its name a hash is all that gets to the file system. */
  #nameOf(entity: string | null): string {
    if (entity === null) return `${this.#detector}${END}`
    return `${this.#detector}.${createHash('sha256').update(entity).digest('hex').slice(0, 32)}${END}`
  }

  #found(): string[] {
    const ours = new RegExp(`^${this.#detector}\\.[\\da-f]{32}\\${END}$`)
    const namesIn = (): string[] => {
      try {
        return readdirSync(this.#dir).filter((name) => ours.test(name))
      } catch {
        // There is no folder yet, or none that can be read: what is written says so.
        return []
      }
    }
    const changedMs = (name: string): number =>
      statSync(join(this.#dir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0
    return namesIn()
      .map((name) => ({ name, ms: changedMs(name) }))
      .sort((a, b) => a.ms - b.ms)
      .map(({ name }) => name)
  }
}
