import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { Server as NetServer, type Socket } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { answerOn, type Connections, isBusy } from '../sockets/connections.js'
import type { Pipelines } from '../sockets/pipelines.js'
import type { Leave } from './departure.js'

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
  readonly pipelines: Pipelines
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
export class Drain implements Leave {
  readonly #options: DrainOptions
  readonly #servers: Server[] = []
  readonly #first: (() => Promise<void> | void)[] = []
  /** Connections that close with the answer that is under way. */
  readonly #last = new WeakSet<Socket>()
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
  onBegin(act: () => Promise<void> | void): void {
    this.#first.push(act)
  }

  /** Resolves when no connection is left. Calls after the first wait for the same. */
  finish(): Promise<void> {
    this.#finishing ??= this.#run()
    return this.#finishing
  }

  async #run(): Promise<void> {
    const listening = this.#servers.filter((server) => server.listening)
    for (const server of listening) this.#standBefore(server)
    const atOnce = this.#options.drainMs === 0
    if (atOnce) this.#shut(listening)
    const begun = this.#first.map((act) => act())
    if (!atOnce && listening.length > 0) {
      await this.#serveOn()
      this.#shut(listening)
    }
    await this.#emptied()
    await Promise.all(begun)
  }

  /**
   * Answers send clients elsewhere, and those who come back are served. Not at the very end: whoever would come back at
   * the moment in which the door is closed stays on the connection that it has, and whoever waits at it is let in.
   */
  async #serveOn(): Promise<void> {
    const { drainMs, connections } = this.#options
    this.#announce()
    await sleep(Math.max(0, drainMs - SETTLE_MS))
    this.#announced = false
    await sleep(Math.min(drainMs, SETTLE_MS))
    const endMs = performance.now() + LET_IN_MS
    let known: number
    do {
      known = connections.opened
      // A turn of the event loop lets in one.
      await turn()
      await turn()
    } while (connections.opened > known && performance.now() < endMs)
  }

  /** Nobody new comes in, and all answers close: in one go, or those who are sent away would come back in between. */
  #shut(servers: readonly Server[]): void {
    // Not close() of the HTTP server: that would also end its watch over requests that are late.
    for (const server of servers) NetServer.prototype.close.call(server)
    this.#announce()
  }

  /** From now on answers say `connection: close`, those to requests in hand, too. */
  #announce(): void {
    this.#announced = true
    const { connections, pipelines } = this.#options
    for (const socket of connections) {
      // What waits behind the request in hand has come in time, and is answered, too.
      const last = pipelines.newestOn(socket) ?? answerOn(socket)
      if (last !== null) this.#closeAfter(socket, last)
    }
  }

  /**
   * What was sent behind a request whose answer closes the connection is not looked at: its answer could not be sent
   * any more, and the client will ask again elsewhere.
   */
  #standBefore(server: Server): void {
    const handlers = server.listeners('request')
    server.removeAllListeners('request')
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const { socket } = request
      if (this.#last.has(socket)) return
      if (this.#announced) this.#closeAfter(socket, response)
      for (const handle of handlers) handle.call(server, request, response)
    })
  }

  #closeAfter(socket: Socket, response: ServerResponse): void {
    response.shouldKeepAlive = false
    // Too late for what has begun, such as an event stream.
    if (!response.headersSent) this.#last.add(socket)
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
