import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import type { Tick } from '#sentinel/http/schemas/live.js'
import { blocksOf } from './stream-listener.js'

export interface Event {
  readonly id: string
  readonly tick: Tick
}

/** A client of /live that reads tick by tick. */
export async function listen(app: App, lastEventId?: string, query = '') {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const request = get({ port, host: '127.0.0.1', path: `/live${query}`, headers, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  onTestFinished(() => void request.destroy())
  const events = eventsOf(response)
  return { response, request, next: async () => (await events.next()).value as Event }
}

async function* eventsOf(response: IncomingMessage): AsyncGenerator<Event, undefined> {
  for await (const block of blocksOf(response)) {
    const data = /^data: (.*)$/m.exec(block)?.[1]
    if (data !== undefined) yield { id: /^id: (.*)$/m.exec(block)?.[1] ?? '', tick: JSON.parse(data) }
  }
  return undefined
}
