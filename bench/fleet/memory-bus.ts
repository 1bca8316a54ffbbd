import type {
  FleetBus,
  Head,
  News,
  Publication,
  Published,
  SaidWord,
  SentBatch,
} from '#sentinel/fleet/bus/fleet-bus.js'
import type { FleetTime } from '#sentinel/fleet/fleet-time.js'

/** As the bus over Redis keeps it. */
const STREAM_BATCHES = 10_000
/** What Redis adds to an entry of a stream and to a command on the wire, about. */
const ENTRY_BYTES = 40
const COMMAND_BYTES = 100

/** What a bus in memory has seen. */
export interface Traffic {
  commands: number
  /** Batches of samples. */
  batches: number
  /** Bytes to the bus and from it. */
  inBytes: number
  outBytes: number
}

/** What all replicas of a simulated fleet meet at: keeps the contract of the bus over Redis, and counts. */
export class BusInMemory {
  readonly traffic: Traffic = { commands: 0, batches: 0, inBytes: 0, outBytes: 0 }
  readonly #time: Pick<FleetTime, 'nowMs'>
  readonly #samples: SentBatch[] = []
  readonly #notes: SentBatch[] = []
  readonly #words: (SentBatch & { readonly saidMs: number })[] = []
  readonly #models = new Map<string, Uint8Array>()
  #head: Head | null = null
  #epoch = 0
  #lease: { readonly epoch: number; untilMs: number } | null = null
  #entries = 0
  /** When each version was published. */
  readonly published = new Map<number, number>()

  constructor(time: Pick<FleetTime, 'nowMs'>) {
    this.#time = time
  }

  /** Batches of samples that it holds. */
  get batches(): number {
    return this.#samples.length
  }

  /** What it holds, bytes. */
  get bytes(): number {
    const of = (entries: readonly SentBatch[]): number =>
      entries.reduce((sum, { bytes }) => sum + bytes.length + ENTRY_BYTES, 0)
    const models = [...this.#models.values()].reduce((sum, { length }) => sum + length, 0)
    return of(this.#samples) + of(this.#notes) + of(this.#words) + models
  }

  /** One replica's way to it. */
  join(leaseMs: number): FleetBus {
    const count = (inBytes = 0, outBytes = 0): void => {
      this.traffic.commands += 1
      this.traffic.inBytes += COMMAND_BYTES + inBytes
      this.traffic.outBytes += COMMAND_BYTES + outBytes
    }
    return {
      send: async (bytes) => {
        count(bytes.length)
        this.traffic.batches += 1
        this.#samples.push(this.#entry(bytes))
        // The real one trims now and then, too.
        if (this.#samples.length > 1.01 * STREAM_BATCHES) this.#samples.splice(0, STREAM_BATCHES / 100)
      },
      read: async (after, most) => {
        const found = behind(this.#samples, after).slice(0, most)
        count(0, sizeOf(found))
        return found
      },
      newest: async () => {
        count()
        return this.#samples.at(-1)?.position ?? ''
      },
      head: async () => {
        count()
        return this.#head
      },
      model: async (hash) => {
        const bytes = this.#models.get(hash) ?? null
        count(0, bytes?.length)
        return bytes
      },
      acquire: async (above) => {
        count()
        if (this.#holds()) return null
        this.#epoch = Math.max(this.#epoch, above) + 1
        this.#lease = { epoch: this.#epoch, untilMs: this.#time.nowMs + leaseMs }
        return this.#epoch
      },
      renew: async (epoch) => {
        count()
        if (!this.#holds(epoch) || this.#lease === null) return false
        this.#lease.untilMs = this.#time.nowMs + leaseMs
        return true
      },
      resign: async (epoch) => {
        count()
        if (this.#holds(epoch)) this.#lease = null
      },
      publish: async (epoch, publication) => {
        count(publication.bytes.length)
        return this.#publish(epoch, publication)
      },
      putBack: async (head, bytes) => {
        count(bytes.length)
        if ((this.#head?.version ?? 0) >= head.version) return
        this.#head = head
        this.#models.set(head.hash, bytes)
      },
      tell: async (epoch, note) => {
        count(note.length)
        if (this.#holds(epoch)) this.#notes.push(this.#entry(note))
        return this.#holds(epoch)
      },
      say: async (word) => {
        count(word.length)
        this.#words.push({ ...this.#entry(word), saidMs: this.#time.nowMs })
      },
      news: async (notesAfter, wordsAfter): Promise<News> => {
        const notes = behind(this.#notes, notesAfter)
        const words: SaidWord[] = behind(this.#words, wordsAfter).map(({ saidMs, ...word }) => ({
          ...word,
          ageMs: this.#time.nowMs - saidMs,
        }))
        count(0, sizeOf(notes) + sizeOf(words))
        return { notes, words }
      },
      close: async () => {},
    }
  }

  #holds(epoch = this.#lease?.epoch): boolean {
    return this.#lease !== null && this.#lease.untilMs > this.#time.nowMs && this.#lease.epoch === epoch
  }

  #publish(epoch: number, { bytes, after, ...said }: Publication): Published {
    if (!this.#holds(epoch)) return 'fenced'
    const before = this.#head?.version ?? 0
    if (before > (after?.version ?? 0)) return 'overtaken'
    const head = { version: (after?.version ?? 0) + 1, epoch, ...said }
    this.#models.set(said.hash, bytes)
    for (const hash of this.#models.keys()) if (this.#models.size > 2) this.#models.delete(hash)
    this.#head = head
    this.published.set(head.version, this.#time.nowMs)
    return head
  }

  #entry(bytes: Uint8Array): SentBatch {
    this.#entries += 1
    return { position: `1-${this.#entries}`, bytes }
  }
}

/** Positions count up, so that the place of the first one behind is known. */
function behind<Entry extends SentBatch>(entries: readonly Entry[], after: string): Entry[] {
  const at = Number(after.split('-')[1] ?? 0)
  return entries.slice(1 + entries.findLastIndex(({ position }) => Number(position.split('-')[1]) <= at))
}

function sizeOf(entries: readonly SentBatch[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes.length + ENTRY_BYTES, 0)
}
