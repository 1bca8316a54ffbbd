import { once } from 'node:events'
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { App } from '#sentinel/http/app.js'

/** An answer as it came over a socket. */
export interface Posted {
  readonly statusCode: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Posts one body after the other over a connection that stays open, and over another one where it was closed. */
export class Poster {
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  private constructor(port: number) {
    this.#port = port
    onTestFinished(() => this.#agent.destroy())
  }

  /** Of an app that listens at a port from now on. */
  static async of(app: App): Promise<Poster> {
    await app.listen({ host: '127.0.0.1', port: 0 })
    return new Poster((app.server.address() as AddressInfo).port)
  }

  async post(path: string, payload: Buffer, headers: Readonly<Record<string, string>>): Promise<Posted> {
    const { reusedSocket, outcome } = await this.#once(path, payload, headers)
    // A connection that was closed just before it was used again: nothing was read of what came over it.
    const again = reusedSocket && outcome instanceof Error
    const last = again ? (await this.#once(path, payload, headers)).outcome : outcome
    if (last instanceof Error) throw last
    return last
  }

  async #once(
    path: string,
    payload: Buffer,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly reusedSocket: boolean; readonly outcome: Posted | Error }> {
    const sent = request({
      host: '127.0.0.1',
      port: this.#port,
      path,
      method: 'POST',
      agent: this.#agent,
      headers,
    })
    sent.end(payload)
    let outcome: Posted | Error
    try {
      const [response] = (await once(sent, 'response')) as [IncomingMessage]
      const chunks: Buffer[] = []
      for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
      outcome = {
        statusCode: response.statusCode ?? 0,
        headers: response.headers,
        body: Buffer.concat(chunks),
      }
    } catch (error) {
      outcome = error as Error
    }
    return { reusedSocket: sent.reusedSocket, outcome }
  }
}
