import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Connections } from './connections.js'

declare module 'fastify' {
  interface FastifyInstance {
    drain: Drain
  }
}

/**
 * How long a stop may take, beyond SENTINEL_DRAIN_MS, before the process is ended as it is. Whoever stops the service
 * must wait longer before it kills.
 */
export const STOP_GRACE_MS = 20_000
/** How long clients have to settle on a connection before nobody new is let in. */
const SETTLE_MS = 500
/** How long those who wait at the door are let in, however many they are. */
const LET_IN_MS = 2_000
/** How often connections are looked at. */
const LOOK_MS = 50
/**
 * In how many looks nothing must have come on a connection without a request in hand: a request may be under way to it.
 * Time alone would not do: after a stall of the event loop, what came meanwhile is not read yet.
 */
const QUIET_LOOKS = 10

export interface DrainOptions {
  readonly connections: Connections
  /** How long connections are still taken after the stop began, for balancers to notice. */
  readonly drainMs: number
  /** When what is left is cut off: above the time that a request may take to arrive. */
  readonly patienceMs: number
  readonly onCut: (connections: number) => void
}

/**
 * How the service takes leave of its clients. Readiness fails first, and every answer says `connection: close`, so
 * that clients go elsewhere by themselves. Then nobody new is let in, and connections are closed once they are quiet.
 * A request in hand is answered; one that does not arrive whole runs into the usual time-out.
 */
export class Drain {
  readonly #options: DrainOptions
  readonly #servers: Server[] = []
  readonly #first: (() => Promise<void>)[] = []
  /** The last answer begun on a connection: the one that closes it. */
  readonly #last = new WeakMap<Socket, ServerResponse>()
  #announced = false
  #finishing: Promise<void> | null = null

  constructor(options: DrainOptions) {
    this.#options = options
  }

  get begun(): boolean {
    return this.#finishing !== null
  }

  watch(server: Server): void {
    this.#servers.push(server)
  }

  /** What is to be done as soon as a stop begins, in this order; none waits for another. It must not reject. */
  onBegin(act: () => Promise<void>): void {
    this.#first.push(act)
  }

  /** Resolves when no connection is left. Calls after the first wait for the same. */
  finish(): Promise<void> {
    this.#finishing ??= this.#run()
    return this.#finishing
  }

  async #run(): Promise<void> {
    const begun = this.#first.map((act) => act())
    const listening = this.#servers.filter((server) => server.listening)
    if (listening.length > 0) {
      for (const server of listening) server.prependListener('request', this.#onRequest)
      await this.#serveOn()
      await this.#letIn()
      // Not close() of the HTTP server: that would also end its watch over requests that are late.
      for (const server of listening) NetServer.prototype.close.call(server)
      this.#announce()
      await this.#emptied()
    }
    await Promise.all(begun)
  }

  /**
   * Answers send clients elsewhere, and those who come back are served. Not at the very end: whoever would come back at
   * the moment in which the door is closed stays on the connection that it has.
   */
  async #serveOn(): Promise<void> {
    const { drainMs } = this.#options
    if (drainMs === 0) return
    this.#announce()
    await sleep(Math.max(0, drainMs - SETTLE_MS))
    this.#announced = false
    await sleep(Math.min(drainMs, SETTLE_MS))
  }

  /** Lets in who waits at the door, which would be turned away as it closes: a turn of the event loop lets in one. */
  async #letIn(): Promise<void> {
    const { connections } = this.#options
    const endMs = performance.now() + LET_IN_MS
    let known: number
    do {
      known = connections.opened
      await turn()
      await turn()
    } while (connections.opened > known && performance.now() < endMs)
  }

  /** From now on answers say `connection: close`, those to requests in hand, too. */
  #announce(): void {
    this.#announced = true
    for (const socket of this.#options.connections) {
      const response = answerOn(socket)
      if (response !== null) this.#closeAfter(socket, response)
    }
  }

  readonly #onRequest = ({ socket }: IncomingMessage, response: ServerResponse): void => {
    if (this.#announced) this.#closeAfter(socket, response)
  }

  /** Of requests that were sent one behind the other, all are answered: the last answer closes. */
  #closeAfter(socket: Socket, response: ServerResponse): void {
    const before = this.#last.get(socket)
    if (before !== undefined && !before.headersSent) before.shouldKeepAlive = true
    response.shouldKeepAlive = false
    this.#last.set(socket, response)
  }

  async #emptied(): Promise<void> {
    const { connections, patienceMs, onCut } = this.#options
    const quiet = new WeakMap<Socket, { bytes: number; looks: number }>()
    const endMs = performance.now() + patienceMs
    while (connections.size > 0) {
      if (performance.now() >= endMs) {
        onCut(connections.size)
        for (const socket of connections) socket.destroy()
        return
      }
      for (const socket of connections) {
        const { bytesRead: bytes } = socket
        const known = quiet.get(socket)
        if (known?.bytes !== bytes || isBusy(socket)) quiet.set(socket, { bytes, looks: 0 })
        else if (++known.looks >= QUIET_LOOKS) socket.destroy()
      }
      await sleep(LOOK_MS)
    }
  }
}

/** Whether a request is in hand, or its answer not sent off. */
function isBusy(socket: Socket): boolean {
  return answerOn(socket) !== null || socket.writableLength > 0
}

/** Node's own note of the answer that a connection waits for. To keep one would cost every request something. */
function answerOn(socket: Socket): ServerResponse | null {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? null
}
