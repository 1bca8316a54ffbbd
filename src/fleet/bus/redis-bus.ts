import type { Redis } from 'ioredis'
import { headOf } from '../model/head-fields.js'
import type { FleetBus, Head, News, Publication, Published, SentBatch } from './fleet-bus.js'
import { redisOptions } from './redis-address.js'
import { ACQUIRE, PUBLISH, PUT_BACK, RENEW, RESIGN, SAY, TELL } from './redis-scripts.js'

/** Batches that the stream holds, or somewhat more: at ten a second of each replica, minutes of a small fleet. */
const STREAM_BATCHES = 10_000
/** Notes of incidents that are kept, or somewhat more; and operators' words, of which a few hundred may be in force. */
const NOTES = 500
const WORDS = 1_000
/** A fleet that nobody has published in for so long leaves nothing behind, in seconds: a week. */
const KEPT_S = 604_800
/** Longest that a command may take, and longest between two attempts to connect. */
const COMMAND_MS = 2_000
const RECONNECT_MS = 1_000
const FIELD = 'b'

export interface RedisBusOptions {
  readonly url: string
  /** Begins every key; in braces, so that all of them are on one node of a cluster. */
  readonly prefix: string
  /** Names this process; no other has the same. */
  readonly holder: string
  /** How long a lease lasts that is not renewed. */
  readonly leaseMs: number
  /** Told of trouble with the connection, once for each attempt. */
  readonly onError: (error: Error) => void
}

/** The bus over Redis 6.2 or later, or Valkey: one connection, which is made again whenever it is lost. */
export class RedisBus implements FleetBus {
  readonly #redis: Redis
  readonly #options: RedisBusOptions
  readonly #key: Readonly<Record<'lease' | 'epoch' | 'head' | 'samples' | 'notes' | 'words', string>>

  private constructor(redis: Redis, options: RedisBusOptions) {
    this.#redis = redis
    this.#options = options
    const { prefix } = options
    const key = (name: string): string => `${prefix}:${name}`
    this.#key = {
      lease: key('lease'),
      epoch: key('epoch'),
      head: key('head'),
      samples: key('samples'),
      notes: key('incidents'),
      words: key('words'),
    }
  }

  /**
   * Loads the client and begins to connect; it does not wait for that.
   * @throws Error when the package `ioredis` is not installed
   */
  static async open(options: RedisBusOptions): Promise<RedisBus> {
    const { Redis } = await import('ioredis').catch((error: unknown) => {
      throw new Error('a fleet needs the package ioredis, which is not installed: npm install ioredis', {
        cause: error,
      })
    })
    const redis = new Redis({
      ...redisOptions(options.url),
      // What cannot be sent now is old when it can: samples are left out, and all else is asked again.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_MS,
      connectTimeout: COMMAND_MS,
      retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), RECONNECT_MS),
    })
    redis.on('error', options.onError)
    return new RedisBus(redis, options)
  }

  async send(batch: Uint8Array): Promise<void> {
    const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
    await this.#redis.xadd(this.#key.samples, 'MAXLEN', '~', STREAM_BATCHES, '*', FIELD, bytes)
  }

  async read(after: string, most: number): Promise<SentBatch[]> {
    const [batches = []] = await this.#behind(most, [this.#key.samples, after])
    return batches
  }

  async news(notesAfter: string, wordsAfter: string): Promise<News> {
    const { notes: notesKey, words: wordsKey } = this.#key
    const [notes = [], said = []] = await this.#behind(WORDS, [notesKey, notesAfter], [wordsKey, wordsAfter])
    if (said.length === 0) return { notes, words: [] }
    const nowMs = 1000 * Number((await this.#redis.time())[0])
    const words = said.map((word) => ({
      ...word,
      ageMs: Math.max(0, nowMs - Number.parseInt(word.position, 10)),
    }))
    return { notes, words }
  }

  async say(word: Uint8Array): Promise<void> {
    const bytes = Buffer.from(word.buffer, word.byteOffset, word.byteLength)
    await this.#redis.eval(SAY, 1, this.#key.words, bytes, WORDS, KEPT_S)
  }

  async tell(epoch: number, note: Uint8Array): Promise<boolean> {
    const { lease, notes } = this.#key
    const bytes = Buffer.from(note.buffer, note.byteOffset, note.byteLength)
    return (await this.#redis.eval(TELL, 2, lease, notes, this.#token(epoch), bytes, NOTES, KEPT_S)) === 1
  }

  /** What each stream has behind a position, in the order in which they are asked for. */
  async #behind(most: number, ...asked: readonly (readonly [string, string])[]): Promise<SentBatch[][]> {
    const streams = asked.map(([stream]) => stream)
    const from = asked.map(([, after]) => (after === '' ? '0' : after))
    const answer = await this.#redis.xreadBuffer('COUNT', most, 'STREAMS', ...streams, ...from)
    const found = (answer ?? []) as unknown as [Buffer, [Buffer, Buffer[]][]][]
    return streams.map((stream) => {
      const entries = found.find(([name]) => name.toString() === stream)?.[1] ?? []
      return entries.map(([id, fields]) => ({
        position: id.toString(),
        bytes: fields[1] ?? new Uint8Array(0),
      }))
    })
  }

  async newest(): Promise<string> {
    const [entry] = await this.#redis.xrevrange(this.#key.samples, '+', '-', 'COUNT', 1)
    return entry?.[0] ?? ''
  }

  async head(): Promise<Head | null> {
    const fields = ['version', 'epoch', 'hash', 'position', 'words', 'replicas']
    const [version, epoch, hash, position, words, replicas] = await this.#redis.hmget(
      this.#key.head,
      ...fields,
    )
    const names = headOf({ version, epoch, hash })
    return names === null
      ? null
      : { ...names, position: position ?? '', words: words ?? '', replicas: Number(replicas) || 1 }
  }

  model(hash: string): Promise<Uint8Array | null> {
    return this.#redis.getBuffer(this.#blob(hash))
  }

  async acquire(above: number): Promise<number | null> {
    const { holder, leaseMs } = this.#options
    const { lease, epoch } = this.#key
    const given = Number(await this.#redis.eval(ACQUIRE, 2, lease, epoch, above, holder, leaseMs))
    return given === 0 ? null : given
  }

  async renew(epoch: number): Promise<boolean> {
    const { leaseMs } = this.#options
    return (await this.#redis.eval(RENEW, 1, this.#key.lease, this.#token(epoch), leaseMs)) === 1
  }

  async resign(epoch: number): Promise<void> {
    await this.#redis.eval(RESIGN, 1, this.#key.lease, this.#token(epoch))
  }

  async publish(epoch: number, { bytes, after, ...said }: Publication): Promise<Published> {
    const { hash, position, words, replicas } = said
    const key = this.#key
    const blobs = [this.#blob(hash), this.#blob(after?.hash ?? hash)]
    const keys = [key.lease, key.head, ...blobs, key.samples, key.epoch, key.words]
    const version = Number(
      await this.#redis.eval(
        PUBLISH,
        keys.length,
        ...keys,
        this.#token(epoch),
        epoch,
        after?.version ?? 0,
        hash,
        position,
        Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
        KEPT_S,
        words,
        replicas,
      ),
    )
    if (version === 0) return 'fenced'
    return version < 0 ? 'overtaken' : { version, epoch, ...said }
  }

  async putBack(head: Head, bytes: Uint8Array, said: readonly SentBatch[]): Promise<void> {
    const { version, epoch, hash, position, words, replicas } = head
    const model = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const keys = [this.#key.head, this.#blob(hash), this.#key.words]
    const told = [version, epoch, hash, position, model, KEPT_S, words, replicas]
    const lost = said.flatMap((word) => [word.position, Buffer.from(word.bytes)])
    await this.#redis.eval(PUT_BACK, keys.length, ...keys, ...told, ...lost)
  }

  async close(): Promise<void> {
    this.#redis.disconnect()
  }

  #blob(hash: string): string {
    return `${this.#options.prefix}:model:${hash}`
  }

  #token(epoch: number): string {
    return `${epoch}:${this.#options.holder}`
  }
}
