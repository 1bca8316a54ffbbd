import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** How the stand-in treats `POST /api/chat`. */
export type ChatBehaviour =
  | 'answer'
  | 'hang'
  | 'hold'
  | 'trickle'
  | 'half-body'
  | 'half-json'
  | 'not-json'
  | 'json-null'
  | 'wrong-schema'
  | 'redirect'
  | 'huge'
  | 'error-500'
  | 'error-page'
  | 'drop'

export interface ChatRequest {
  readonly model: string
  readonly messages?: readonly { readonly role: string; readonly content: string }[]
  readonly stream?: boolean
  readonly format?: unknown
  readonly think?: unknown
  readonly [option: string]: unknown
}

/**
 * An HTTP server on a free loopback port that answers as Ollama's API documents it (version, tags, chat with
 * and without stream, 404 for an unknown model), and misbehaves on demand.
 */
export class OllamaStandIn {
  behaviour: ChatBehaviour = 'answer'
  /** The content of the assistant's message. */
  content = JSON.stringify({ assessment: 'A saturated worker pool is the likely cause; look at its queue.' })
  readonly model: string
  /** Chats with messages, in the order they came; requests to load the model are in `loads`. */
  readonly chats: ChatRequest[] = []
  readonly loads: ChatRequest[] = []
  readonly redirected: string[] = []
  /** The `authorization` of each chat. */
  readonly authorizations: (string | undefined)[] = []
  /** What the assistant's message has beside its content, and why it ended. */
  thinking: string | undefined
  doneReason = 'stop'
  /** Answers 400 to a chat that says whether to think. */
  refusesThink = false
  /**
   * While it is true the model is not in memory: a request of any kind waits for the load, and the load begins anew
   * when nobody waits for it any more. `finishLoad` ends it.
   */
  cold = false
  loadsBegun = 0
  readonly #waitingForLoad = new Set<() => void>()
  mostInFlight = 0
  #inFlight = 0
  readonly #held: (() => void)[] = []
  readonly #waiters: { readonly seen: () => boolean; readonly resolve: () => void }[] = []
  readonly #server: Server

  private constructor(model: string) {
    this.model = model
    this.#server = createServer((request, response) => void this.#serve(request, response))
  }

  static async start({ model = 'llama2' }: { model?: string } = {}): Promise<OllamaStandIn> {
    const standIn = new OllamaStandIn(model)
    standIn.#server.listen(0, '127.0.0.1')
    await once(standIn.#server, 'listening')
    return standIn
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Resolves once so many chats have come in. */
  chatsSeen(count: number): Promise<void> {
    return this.#until(() => this.chats.length >= count)
  }

  /** Resolves once so many requests to load the model have come in. */
  loadsSeen(count: number): Promise<void> {
    return this.#until(() => this.loads.length >= count)
  }

  /** Answers all chats that are on `hold`, and those to come. */
  release(): void {
    this.behaviour = 'answer'
    for (const answer of this.#held.splice(0)) answer()
  }

  /** The load that is under way ends; whoever waits for it is answered. */
  finishLoad(): void {
    this.cold = false
    for (const answer of [...this.#waitingForLoad]) answer()
    this.#waitingForLoad.clear()
  }

  /** How many requests wait for the load. */
  get waitingForLoad(): number {
    return this.#waitingForLoad.size
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async #until(seen: () => boolean): Promise<void> {
    if (!seen()) await new Promise<void>((resolve) => this.#waiters.push({ seen, resolve }))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url}`
    if (route === 'GET /api/version') return json(response, 200, { version: '0.12.0' })
    if (route === 'GET /api/tags') {
      return json(response, 200, {
        models: [{ name: `${this.model}:latest`, model: `${this.model}:latest` }],
      })
    }
    if (route !== 'POST /api/chat') {
      this.redirected.push(route)
      response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found')
      return
    }
    const chat = JSON.parse(await textOf(request)) as ChatRequest
    this.#inFlight++
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight)
    response.once('close', () => this.#inFlight--)
    const loading = (chat.messages ?? []).length === 0
    ;(loading ? this.loads : this.chats).push(chat)
    this.authorizations.push(request.headers.authorization)
    for (const waiter of this.#waiters) if (waiter.seen()) waiter.resolve()
    if (chat.model !== this.model) return json(response, 404, { error: `model '${chat.model}' not found` })
    if (this.refusesThink && 'think' in chat) {
      return json(response, 400, { error: `"${this.model}" does not support thinking` })
    }
    const answer = (): void => {
      if (loading && this.behaviour === 'answer') {
        json(response, 200, { ...this.#reply(''), done: true, done_reason: 'load' })
      } else this.#answer(chat, response)
    }
    if (!this.cold) return answer()
    if (this.#waitingForLoad.size === 0) this.loadsBegun += 1
    this.#waitingForLoad.add(answer)
    response.once('close', () => this.#waitingForLoad.delete(answer))
  }

  #answer(chat: ChatRequest, response: ServerResponse): void {
    const body = JSON.stringify({ ...this.#reply(this.content), done: true, done_reason: this.doneReason })
    switch (this.behaviour) {
      case 'answer':
        if (chat.stream === false) sendJson(response, 200, body)
        else this.#stream(response)
        return
      case 'hold':
        this.#held.push(() => sendJson(response, 200, body))
        return
      case 'hang':
        return
      case 'trickle': {
        response.writeHead(200, { 'content-type': 'application/json' })
        // As long as anyone listens: JSON may begin with any amount of white space.
        const timer = setInterval(() => response.write(' '), 1)
        response.once('close', () => clearInterval(timer))
        return
      }
      case 'half-body':
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
        response.write(body.slice(0, body.length / 2), () => response.destroy())
        return
      case 'half-json':
        sendJson(response, 200, body.slice(0, body.length / 2))
        return
      case 'not-json':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>It works!</html>')
        return
      case 'json-null':
        sendJson(response, 200, 'null')
        return
      case 'wrong-schema': {
        const content = JSON.stringify({ verdict: 'OK', score: 0 })
        json(response, 200, { ...this.#reply(content), done: true })
        return
      }
      case 'redirect':
        response.writeHead(307, { location: `${this.url}/elsewhere` }).end()
        return
      case 'huge':
        response.writeHead(200, { 'content-type': 'application/json' })
        pour(response)
        return
      case 'error-500':
        json(response, 500, { error: 'llama runner process has terminated' })
        return
      case 'error-page':
        response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad\u0000 Gateway</h1>')
        return
      case 'drop':
        response.destroy()
    }
  }

  #reply(content: string): object {
    const thinking = this.thinking === undefined ? {} : { thinking: this.thinking }
    const message = { role: 'assistant', content, ...thinking }
    return { model: this.model, created_at: '2026-01-01T00:00:00Z', message }
  }

  #stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const part of this.content.match(/.{1,16}/gsu) ?? []) {
      response.write(`${JSON.stringify({ ...this.#reply(part), done: false })}\n`)
    }
    response.end(`${JSON.stringify({ ...this.#reply(''), done: true, done_reason: 'stop' })}\n`)
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  return text
}

function json(response: ServerResponse, status: number, body: object): void {
  sendJson(response, status, JSON.stringify(body))
}

function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(body)
}

/** Writes for as long as the reader takes it. */
function pour(response: ServerResponse): void {
  const block = `"${'x'.repeat(16 * 1024)}"`
  const write = (): void => {
    while (!response.destroyed && response.write(block));
  }
  response.on('drain', write)
  write()
}
