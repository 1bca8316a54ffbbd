import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { callerNetwork } from '../access/caller-network.js'

/** Share of the room that only callers with few connections may take. */
const KEPT_SHARE = 1 / 8
/** Share of the room up to which a caller's connections are few, and how many always are. */
const FEW_SHARE = 1 / 64
const FEW_LEAST = 4
/** A connection that was used less than this ago may have a request under way, and does not give way. */
const JUST_USED_MS = 250

export interface ConnectionsOptions {
  /** How many there may be. */
  readonly max: number
  /** How long one that has sent nothing may stay once half of the room is taken. */
  readonly patienceMs: number
  /** Whether an address is a proxy that stands for many callers. */
  readonly isProxy?: (address: string) => boolean
  /** Told of each that is closed for want of room. */
  readonly onClosed?: () => void
}

interface Open {
  readonly caller: string
  readonly openedMs: number
  /** When a request came on it last, or it was opened. */
  usedMs: number
}

/**
 * The open connections of one listener, and who gives way when there are too many: those that nothing is asked on, those
 * of the caller with the most connections before others, and of these the one that was used last before all others. The
 * last part of the room is for callers with few connections, so that nobody can keep everybody else out.
 *
 * One that is opened ahead, as balancers and browsers do, and has sent nothing yet is nobody who is slow to send a
 * request: it may wait as long as any idle one, unless many others want in.
 */
export class Connections implements Iterable<Socket> {
  readonly #options: ConnectionsOptions
  /** In the order in which they were opened. */
  readonly #open = new Map<Socket, Open>()
  /** How many connections each caller has. */
  readonly #held = new Map<string, number>()
  readonly #room: number
  readonly #few: number
  #opened = 0

  constructor(options: ConnectionsOptions) {
    const { max } = options
    this.#options = options
    this.#room = max - Math.floor(max * KEPT_SHARE)
    this.#few = Math.max(FEW_LEAST, Math.floor(max * FEW_SHARE))
  }

  get max(): number {
    return this.#options.max
  }

  /** How many there ever were. */
  get opened(): number {
    return this.#opened
  }

  get size(): number {
    return this.#open.size
  }

  [Symbol.iterator](): Iterator<Socket> {
    return this.#open.keys()
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => this.#add(socket))
  }

  /** A request has come on it. */
  used(socket: Socket): void {
    const open = this.#open.get(socket)
    if (open !== undefined) open.usedMs = performance.now()
  }

  /**
   * Whether what Node calls a late request is a connection that may go on waiting. Node counts from when the connection
   * was opened; from the first byte on it counts anew.
   */
  mayWait(error: NodeJS.ErrnoException, socket: Socket): boolean {
    return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0 && !this.#crowded
  }

  #add(socket: Socket): void {
    const nowMs = performance.now()
    const newcomer = { caller: this.#callerOf(socket), openedMs: nowMs, usedMs: nowMs }
    this.#opened++
    this.#open.set(socket, newcomer)
    this.#held.set(newcomer.caller, this.#heldBy(newcomer) + 1)
    socket.once('close', () => this.#remove(socket))
    if (this.#crowded) this.#closeSilent(nowMs)
    if (this.#fits(newcomer)) return
    this.#close(this.#whoGivesWay(newcomer, nowMs) ?? socket)
    this.#options.onClosed?.()
  }

  #remove(socket: Socket): void {
    const open = this.#open.get(socket)
    if (open === undefined) return
    this.#open.delete(socket)
    const left = this.#heldBy(open) - 1
    if (left > 0) this.#held.set(open.caller, left)
    else this.#held.delete(open.caller)
  }

  /** Its place is free at once; the socket says that it is closed somewhat later. */
  #close(socket: Socket): void {
    this.#remove(socket)
    socket.destroy()
  }

  #callerOf({ remoteAddress = '' }: Socket): string {
    // Who comes by a Unix socket has no address: nobody can tell whether two are one.
    if (remoteAddress === '') return `connection ${this.#opened}`
    // Behind a proxy are many callers; what one of them may hold is for the proxy to say.
    return this.#options.isProxy?.(remoteAddress) === true ? '' : callerNetwork(remoteAddress)
  }

  #heldBy({ caller }: Open): number {
    return this.#held.get(caller) ?? 0
  }

  #fits(newcomer: Open): boolean {
    const size = this.#open.size
    if (size <= this.#room) return true
    const few = newcomer.caller === '' || this.#heldBy(newcomer) <= this.#few
    return few && size <= this.#options.max
  }

  get #crowded(): boolean {
    return this.#open.size > this.#options.max / 2
  }

  /** The one that has been silent for longest. */
  #closeSilent(nowMs: number): void {
    const latest = nowMs - this.#options.patienceMs
    for (const [socket, { openedMs }] of this.#open) {
      if (openedMs > latest) return
      if (socket.bytesRead === 0) {
        this.#close(socket)
        return
      }
    }
  }

  /** Nobody gives way to a caller who holds more than they do. */
  #whoGivesWay(newcomer: Open, nowMs: number): Socket | null {
    let most = this.#heldBy(newcomer)
    let oldestMs = nowMs - JUST_USED_MS
    let found: Socket | null = null
    for (const [socket, open] of this.#open) {
      const held = this.#heldBy(open)
      if (held < most || open.usedMs > nowMs - JUST_USED_MS) continue
      if ((held === most && open.usedMs > oldestMs) || isBusy(socket)) continue
      most = held
      oldestMs = open.usedMs
      found = socket
    }
    return found
  }
}

/** Whether a request is in hand, or its answer not sent off. */
export function isBusy(socket: Socket): boolean {
  return answerOn(socket) !== null || socket.writableLength > 0
}

/** Node's own note of the answer that a connection waits for. To keep one would cost every request something. */
export function answerOn(socket: Socket): ServerResponse | null {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? null
}
