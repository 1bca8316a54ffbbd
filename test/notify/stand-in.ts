import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { DeliveryOutcome, WebhookListener } from '#sentinel/notify/delivery.js'

export interface Post {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** What the receiver does with a post: answer with a status and perhaps headers, hang, or drop the connection. */
export type Behaviour = number | { status: number; headers: Record<string, string> } | 'hang' | 'drop'

/** Somebody who waits until there are so many of something. */
class Arrivals<T> {
  readonly all: T[] = []
  #waiting: (() => void)[] = []

  add(one: T): void {
    this.all.push(one)
    for (const look of this.#waiting.splice(0)) look()
  }

  async first(count: number): Promise<T[]> {
    while (this.all.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.all.slice(0, count)
  }
}

/** A receiver of webhooks on a free loopback port, gone with the test. It takes every post with 204, unless told otherwise. */
export class ReceiverStandIn {
  /** What is done with the next posts, one each; after them `otherwise` holds. */
  readonly next: Behaviour[] = []
  otherwise: Behaviour = 204
  readonly #posts = new Arrivals<Post>()
  readonly #held: ServerResponse[] = []
  readonly #server: Server = createServer((request, response) => void this.#take(request, response))

  static async start(port = 0): Promise<ReceiverStandIn> {
    const standIn = new ReceiverStandIn()
    standIn.#server.listen(port, '127.0.0.1')
    await once(standIn.#server, 'listening')
    onTestFinished(() => standIn.#stop())
    return standIn
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook/s3cret?key=s3cret`
  }

  get posts(): readonly Post[] {
    return this.#posts.all
  }

  /** The first posts, once there are so many. */
  seen(count: number): Promise<Post[]> {
    return this.#posts.first(count)
  }

  /** Takes the posts that hang. */
  release(): void {
    for (const response of this.#held.splice(0)) response.writeHead(204).end()
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const { method = '', url = '', headers } = request
    const behaviour = this.next.shift() ?? this.otherwise
    if (behaviour === 'hang') this.#held.push(response)
    else if (behaviour === 'drop') response.destroy()
    else if (typeof behaviour === 'number') response.writeHead(behaviour).end('thanks')
    else response.writeHead(behaviour.status, behaviour.headers).end()
    this.#posts.add({ method, path: url, headers, body })
  }

  async #stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** Hears what became of the posts. */
export class Outcomes implements WebhookListener {
  readonly #outcomes = new Arrivals<DeliveryOutcome>()

  get all(): readonly DeliveryOutcome[] {
    return this.#outcomes.all
  }

  delivered(outcome: DeliveryOutcome): void {
    this.#outcomes.add(outcome)
  }

  /** The first outcomes, once there are so many. */
  first(count: number): Promise<DeliveryOutcome[]> {
    return this.#outcomes.first(count)
  }
}
