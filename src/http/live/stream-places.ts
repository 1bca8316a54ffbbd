import type { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { callerNetwork } from '../access/caller-network.js'
import { ProxyList } from '../access/proxy-list.js'
import { cameBySocket } from '../access/socket-callers.js'
import type { Leave } from '../stop/departure.js'

/** Share of the places that one caller may have. */
const CALLERS_SHARE = 0.5

export interface StreamPlacesOptions {
  /** Streams at a time. */
  readonly most: number
  /** Nobody is taken on once it has begun. */
  readonly leave: Leave
  /** Proxies that are believed whom they ask for. */
  readonly proxies?: readonly string[]
  /** What somebody without a place may do. */
  readonly instead: string
}

/** Who listens to one kind of event stream: a bounded number, and nobody can take all places from others. */
export class StreamPlaces {
  readonly #options: StreamPlacesOptions
  readonly #proxies: ProxyList
  readonly #aCaller: number
  /** By stream; null for callers without an address, who cannot be told apart. */
  readonly #taken = new Map<Readable, string | null>()

  constructor(options: StreamPlacesOptions) {
    this.#options = options
    this.#proxies = new ProxyList(options.proxies ?? [])
    this.#aCaller = Math.max(1, Math.floor(options.most * CALLERS_SHARE))
  }

  /** Why there is no place for a request; null where there is one. */
  refusal(request: FastifyRequest): string | null {
    const { leave, most, instead } = this.#options
    if (leave.begun) return 'the service is stopping'
    if (this.#taken.size >= most) return `at most ${most} streams are served at a time; ${instead}`
    const caller = this.#callerOf(request)
    if (caller === null) return null
    const own = [...this.#taken.values()].filter((one) => one === caller).length
    return own < this.#aCaller
      ? null
      : `at most ${this.#aCaller} streams are served to one address; ${instead}`
  }

  /** Holds a place until the stream is closed. */
  take(request: FastifyRequest, stream: Readable): void {
    this.#taken.set(stream, this.#callerOf(request))
    stream.once('close', () => this.#taken.delete(stream))
  }

  #callerOf({ raw }: FastifyRequest): string | null {
    return cameBySocket(raw) ? null : callerNetwork(this.#proxies.clientOf(raw))
  }
}
