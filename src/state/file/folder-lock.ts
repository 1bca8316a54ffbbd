import { unlinkSync } from 'node:fs'
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, type LockOwner, parseOwner, runs, thisProcess } from './lock-owner.js'

const NAME = 'sentinel.lock'
/** How often the holder touches the lock, so that those who cannot see its process see that it lives. */
const BEAT_MS = 1_000
/** How long they watch: three beats, for a holder that is busy. */
const WATCH_MS = 3_000
const LOOK_MS = 250
/** More starts at the same moment than anybody has. */
const ATTEMPTS = 5

/** What stands in the lock file at one moment. */
interface Found {
  readonly owner: LockOwner | null
  readonly text: string
  readonly touchedMs: number
}

/**
 * Keeps two processes from writing to one folder: a file that names its owner. It is removed at the end of the process.
 * What a process left that was killed is taken over: at once where its pid and start show that it is gone, otherwise
 * (another machine or container) when nobody touched the file for some seconds.
 */
export class FolderLock {
  readonly #dir: string
  readonly #path: string
  #mine: LockOwner | null = null
  /** Who took the lock away. What they wrote must not be replaced, even when they are gone. */
  #lostTo: string | null = null
  #beat: NodeJS.Timeout | null = null

  constructor(dir: string) {
    this.#dir = dir
    this.#path = join(dir, NAME)
  }

  /**
   * Takes the lock, or keeps it.
   * @returns null, or who has it
   * @throws the system's error when the folder takes no file
   */
  async take(): Promise<string | null> {
    if (this.#lostTo !== null) return this.#lostTo
    if (this.#mine !== null) return this.#stillMine()
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await this.#create()) return null
      const found = await this.#read()
      if (found === null) continue
      if (await this.#isHeld(found)) return nameOf(found)
      await this.#clear(found)
    }
    return 'another process that is starting'
  }

  /** Gives it back, where it is still this process' own. */
  async release(): Promise<void> {
    const mine = this.#mine
    this.#forget()
    if (mine !== null && (await this.#read())?.owner?.id === mine.id) await rm(this.#path, { force: true })
  }

  async #stillMine(): Promise<string | null> {
    const found = await this.#read()
    if (found?.owner?.id === this.#mine?.id) return null
    this.#forget()
    if (found === null) return this.take()
    this.#lostTo = nameOf(found)
    return this.#lostTo
  }

  async #create(): Promise<boolean> {
    const mine = thisProcess()
    try {
      const file = await open(this.#path, 'wx', 0o600)
      try {
        await file.writeFile(`${JSON.stringify(mine)}\n`)
      } catch (error) {
        await rm(this.#path, { force: true })
        throw error
      } finally {
        await file.close()
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
    this.#mine = mine
    this.#beat = setInterval(() => {
      const now = new Date()
      utimes(this.#path, now, now).catch(() => {})
    }, BEAT_MS)
    this.#beat.unref()
    process.once('exit', this.#onExit)
    return true
  }

  async #read(): Promise<Found | null> {
    try {
      const { mtimeMs } = await stat(this.#path)
      const text = await readFile(this.#path, 'utf8')
      return { owner: parseOwner(text), text, touchedMs: mtimeMs }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  async #isHeld(found: Found): Promise<boolean> {
    const known = found.owner === null ? null : runs(found.owner)
    if (known !== null) return known
    for (let waitedMs = 0; waitedMs < WATCH_MS; waitedMs += LOOK_MS) {
      await sleep(LOOK_MS)
      const now = await this.#read()
      if (now === null) return false
      if (now.touchedMs !== found.touchedMs || now.text !== found.text) return true
    }
    return false
  }

  /** Two may clear at the same time: whoever moved away a lock that is not the one it judged puts it back. */
  async #clear(judged: Found): Promise<void> {
    const aside = join(this.#dir, `${NAME}.${thisProcess().id}`)
    try {
      await rename(this.#path, aside)
      if ((await readFile(aside, 'utf8')) === judged.text) await rm(aside)
      else await rename(aside, this.#path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }

  #forget(): void {
    if (this.#beat !== null) clearInterval(this.#beat)
    process.off('exit', this.#onExit)
    this.#beat = null
    this.#mine = null
  }

  /** Ends that nobody announced; a process that is killed does not come here. */
  readonly #onExit = (): void => {
    try {
      unlinkSync(this.#path)
    } catch {
      // Whoever comes next finds that the owner is gone.
    }
  }
}

function nameOf({ owner }: Found): string {
  return owner === null ? 'another process' : describe(owner)
}
