import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/**
 * Stands between a client and a server on the loopback interface, and hands on what comes: at once, late, or not at all.
 * While it is cut nothing is lost, as on a network that falls apart: what was sent arrives once it is whole again.
 */
export class TcpProxy {
  readonly port: number
  /** How long each piece is held back, ms, each way. */
  delayMs = 0
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #cut = false

  private constructor(server: Server, to: number) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (client) => this.#join(client, connect(to, '127.0.0.1')))
  }

  /** @param to port of the server */
  static async start(to: number): Promise<TcpProxy> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new TcpProxy(server, to)
  }

  set cut(cut: boolean) {
    this.#cut = cut
    for (const pair of this.#pairs) for (const socket of pair) this.#hold(socket)
  }

  stop(): void {
    this.#server.close()
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
  }

  #join(client: Socket, server: Socket): void {
    const pair = [client, server] as const
    this.#pairs.add(pair)
    for (const [from, to] of [pair, [server, client] as const]) {
      this.#hold(from)
      from.on('data', (bytes) => {
        if (this.delayMs === 0) to.write(bytes)
        else setTimeout(() => to.write(bytes), this.delayMs)
      })
      from.on('error', () => {})
      from.on('close', () => {
        to.destroy()
        this.#pairs.delete(pair)
      })
    }
  }

  #hold(socket: Socket): void {
    if (this.#cut) socket.pause()
    else socket.resume()
  }
}
