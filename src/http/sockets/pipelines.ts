import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { WAITING_GO_ON_AT, WAITING_HELD_AT, WAITING_MOST } from '../limits.js'

/** What waits on one connection. */
interface Line {
  waiting: number
  /** The answer to the last request that waits. */
  newest: ServerResponse | null
  /** Whether reading was stopped. */
  held: boolean
}

/**
 * Has the requests that a client sends one behind the other, without waiting for answers, handled one after the other:
 * one request is in hand for a connection, and the next is begun once the answer before it has gone out. A client that
 * reads nothing so costs one answer, however much it asks for, and a request that waits when the connection ends was
 * never begun.
 */
export class Pipelines {
  readonly #lines = new WeakMap<Socket, Line>()
  readonly #onRequest: (socket: Socket) => void
  #waiting = 0

  /** @param onRequest told of every request as it comes in */
  constructor(onRequest: (socket: Socket) => void) {
    this.#onRequest = onRequest
  }

  /** Puts itself before whoever handles the server's requests now. */
  watch(server: Server): void {
    const handlers = server.listeners('request')
    server.removeAllListeners('request')
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#onRequest(request.socket)
      const handle = (): void => {
        for (const handler of handlers) handler.call(server, request, response)
      }
      // Node gives an answer its socket when the one before it is done.
      if (response.socket !== null) handle()
      else this.#wait(request.socket, response, handle)
    })
  }

  /** The answer to the last request that waits on a connection; null when none does. */
  newestOn(socket: Socket): ServerResponse | null {
    return this.#lines.get(socket)?.newest ?? null
  }

  #wait(socket: Socket, response: ServerResponse, handle: () => void): void {
    const line = this.#lines.get(socket) ?? this.#begin(socket)
    line.waiting++
    line.newest = response
    this.#waiting++
    if (this.#waiting > WAITING_MOST && line.waiting > WAITING_GO_ON_AT) {
      socket.destroy()
      return
    }
    if (line.waiting >= WAITING_HELD_AT) hold(socket, line)
    response.once('socket', () => {
      line.waiting--
      this.#waiting--
      if (line.waiting === 0) line.newest = null
      if (line.held && line.waiting <= WAITING_GO_ON_AT) goOn(socket, line)
      // Node is still busy with the change of answers.
      queueMicrotask(handle)
    })
  }

  #begin(socket: Socket): Line {
    const line: Line = { waiting: 0, newest: null, held: false }
    this.#lines.set(socket, line)
    socket.once('close', () => {
      this.#waiting -= line.waiting
      line.waiting = 0
      line.newest = null
    })
    // Node goes on reading once answers have gone out.
    socket.on('drain', () => {
      if (line.held) stopReading(socket)
    })
    return line
  }
}

function hold(socket: Socket, line: Line): void {
  line.held = true
  stopReading(socket)
}

/** As Node does itself when too many answers wait: the flag keeps bodies that are read from undoing it. */
function stopReading(socket: Socket): void {
  ;(socket as Socket & { _paused?: boolean })._paused = true
  socket.pause()
}

/** Node takes this for the moment to go on where it stopped reading. */
function goOn(socket: Socket, line: Line): void {
  line.held = false
  socket.emit('drain')
}
