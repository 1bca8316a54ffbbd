import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * The open connections of a server. One that is opened ahead, as balancers and browsers do, and has sent nothing yet is
 * nobody who is slow to send a request: it may wait as long as any idle one, unless many others want in.
 */
export class Connections implements Iterable<Socket> {
  readonly #max: number
  readonly #patienceMs: number
  /** Since when, in the order in which they were opened. */
  readonly #open = new Map<Socket, number>()
  #opened = 0

  /**
   * @param max how many there may be
   * @param patienceMs how long a silent one may stay once half of the room is taken
   */
  constructor(max: number, patienceMs: number) {
    this.#max = max
    this.#patienceMs = patienceMs
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
    server.on('connection', (socket: Socket) => {
      this.#opened++
      this.#open.set(socket, performance.now())
      socket.once('close', () => this.#open.delete(socket))
      if (this.#crowded) this.#closeSilent()
    })
  }

  /**
   * Whether what Node calls a late request is a connection that may go on waiting. Node counts from when the connection
   * was opened; from the first byte on it counts anew.
   */
  mayWait(error: NodeJS.ErrnoException, socket: Socket): boolean {
    return error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0 && !this.#crowded
  }

  get #crowded(): boolean {
    return this.#open.size > this.#max / 2
  }

  /** The one that has been silent for longest. */
  #closeSilent(): void {
    const latest = performance.now() - this.#patienceMs
    for (const [socket, openedMs] of this.#open) {
      if (openedMs > latest) return
      if (socket.bytesRead === 0) {
        socket.destroy()
        return
      }
    }
  }
}
