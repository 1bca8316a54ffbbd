import type { Redis } from 'ioredis'
import type { FleetBus, Head, Publication, Published, SentBatch } from './fleet-bus.js'
import { headOf } from './head-fields.js'
import { redisOptions } from './redis-address.js'
import { ACQUIRE, PUBLISH, PUT_BACK, RENEW, RESIGN, TELL } from './redis-scripts.js'

/** Batches that the stream holds, or somewhat more: at ten a second of each replica, minutes of a small fleet. */
const STREAM_BATCHES = 10_000
/** Notes of incidents that are kept, or somewhat more. */
const NOTES = 500
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
  readonly #key: Readonly<Record<'lease' | 'epoch' | 'head' | 'samples' | 'notes', string>>

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

  read(after: string, most: number): Promise<SentBatch[]> {
    return this.#behind(this.#key.samples, after, most)
  }

  told(after: string): Promise<SentBatch[]> {
    return this.#behind(this.#key.notes, after, NOTES)
  }

  async tell(epoch: number, note: Uint8Array): Promise<boolean> {
    const { lease, notes } = this.#key
    const bytes = Buffer.from(note.buffer, note.byteOffset, note.byteLength)
    return (await this.#redis.eval(TELL, 2, lease, notes, this.#token(epoch), bytes, NOTES, KEPT_S)) === 1
  }

  async #behind(stream: string, after: string, most: number): Promise<SentBatch[]> {
    const from = after === '' ? '0' : after
    const answer = await this.#redis.xreadBuffer('COUNT', most, 'STREAMS', stream, from)
    const entries = (answer?.[0] as unknown as [Buffer, [Buffer, Buffer[]][]] | undefined)?.[1] ?? []
    return entries.map(([id, fields]) => ({
      position: id.toString(),
      bytes: fields[1] ?? new Uint8Array(0),
    }))
  }

  async newest(): Promise<string> {
    const [entry] = await this.#redis.xrevrange(this.#key.samples, '+', '-', 'COUNT', 1)
    return entry?.[0] ?? ''
  }

  async head(): Promise<Head | null> {
    const [version, epoch, hash, position] = await this.#redis.hmget(
      this.#key.head,
      'version',
      'epoch',
      'hash',
      'position',
    )
    const names = headOf({ version, epoch, hash })
    return names === null ? null : { ...names, position: position ?? '' }
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

  async publish(epoch: number, { hash, position, bytes, after }: Publication): Promise<Published> {
    const { lease, head, samples, epoch: epochKey } = this.#key
    const keys = [lease, head, this.#blob(hash), this.#blob(after?.hash ?? hash), samples, epochKey]
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
      ),
    )
    if (version === 0) return 'fenced'
    return version < 0 ? 'overtaken' : { version, epoch, hash, position }
  }

  async putBack({ version, epoch, hash, position }: Head, bytes: Uint8Array): Promise<void> {
    const model = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const keys = [this.#key.head, this.#blob(hash)]
    await this.#redis.eval(PUT_BACK, 2, ...keys, version, epoch, hash, position, model, KEPT_S)
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
