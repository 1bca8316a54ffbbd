import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** Asks for little. */
export const LIVE = 'GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n'

/** One connection, what was answered on it, and whether it was closed. */
export class Caller {
  readonly socket: Socket
  answer = ''
  closed = false

  /** @param from address of this machine that the service sees; the whole of 127.0.0.0/8 is */
  constructor(port: number, from = '127.0.0.1') {
    this.socket = connect({ port, host: '127.0.0.1', localAddress: from }).setNoDelay()
    this.socket.setEncoding('latin1')
    this.socket.on('data', (text) => {
      this.answer += text
    })
    this.socket
      .on('error', () => {})
      .once('close', () => {
        this.closed = true
      })
    onTestFinished(() => void this.socket.destroy())
  }

  /** Resolves when it is open, or was refused. */
  async opened(): Promise<this> {
    if (this.socket.connecting) await this.#either('connect')
    return this
  }

  send(text: string): this {
    if (this.socket.writable) this.socket.write(text, 'latin1')
    return this
  }

  /** Resolves with the status line of the next answer, or with '' when the connection closes. */
  async next(): Promise<string> {
    const before = this.answer.length
    while (!this.closed && this.answer.indexOf('HTTP/1.1 ', before) < 0) {
      await this.#either('data')
    }
    const at = this.answer.indexOf('HTTP/1.1 ', before)
    return at < 0 ? '' : this.answer.slice(at, this.answer.indexOf('\r\n', at))
  }

  /** Resolves when something happens on it, or it closes. */
  #either(event: 'connect' | 'data'): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.socket.off(event, done).off('close', done)
        resolve()
      }
      this.socket.once(event, done).once('close', done)
    })
  }

  get answers(): number {
    return this.answer.split('HTTP/1.1 ').length - 1
  }
}

/** Many at once, all of them open. */
export async function crowd(port: number, n: number, from?: string): Promise<Caller[]> {
  const callers: Caller[] = []
  // Not all at the same moment: the queue of the operating system would be full.
  for (let i = 0; i < n; i += 100) {
    const some = Array.from({ length: Math.min(100, n - i) }, () => new Caller(port, from))
    callers.push(...(await Promise.all(some.map((caller) => caller.opened()))))
  }
  return callers
}
