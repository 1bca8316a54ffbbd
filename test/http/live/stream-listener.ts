import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

/** A client of the stream that reads block by block. */
export class StreamListener {
  readonly #blocks: AsyncIterator<string>
  readonly request: ClientRequest
  readonly response: IncomingMessage

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.request = request
    this.response = response
    this.#blocks = blocksOf(response)
  }

  static async open(app: FastifyInstance, lastEventId?: string): Promise<StreamListener> {
    if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    const request = get({ port, host: '127.0.0.1', path: '/anomalies/stream', headers, agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return new StreamListener(request, response)
  }

  /** The next block, without the line breaks around it; undefined at the end. */
  async next(): Promise<string | undefined> {
    const { value, done } = await this.#blocks.next()
    return done === true ? undefined : value
  }

  async nextId(): Promise<string | undefined> {
    return /^id: (.*)$/m.exec((await this.next()) ?? '')?.[1]
  }
}

/** The blocks of a stream of events, without the line breaks around them. */
export async function* blocksOf(response: IncomingMessage): AsyncGenerator<string, undefined> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks
  }
  return undefined
}
