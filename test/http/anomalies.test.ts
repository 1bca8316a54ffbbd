import { once } from 'node:events'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { IncidentLog } from '#sentinel/alerts/incident-log.js'
import { AnomalyLog } from '#sentinel/anomalies/anomaly-log.js'
import { Detail } from '#sentinel/anomalies/detail.js'
import { type AnomalyRoutesOptions, anomalyRoutes } from '#sentinel/http/routes/anomalies.js'
import { ErrorAnswer } from '#sentinel/http/schemas/error.js'
import { facts } from '../alerts/incidents.js'
import { SLOW } from '../explain/verdicts.js'

let log: AnomalyLog
let incidents: IncidentLog
let app: FastifyInstance

async function start(options: Partial<AnomalyRoutesOptions> = {}): Promise<void> {
  app = Fastify()
  app.addSchema(ErrorAnswer)
  app.addSchema(Detail)
  await app.register(anomalyRoutes, { log, incidents, ...options })
}

beforeEach(async () => {
  log = new AnomalyLog({ max: 100 })
  incidents = new IncidentLog({ ids: log.ids })
  await start()
})

afterEach(async () => {
  vi.useRealTimers()
  await app.close()
})

function logged(count: number): string[] {
  return Array.from({ length: count }, (_, i) => log.add({ verdict: SLOW, reason: `r${i}`, route: '/a' }).id)
}

async function json(url: string) {
  const response = await app.inject(url)
  return { status: response.statusCode, body: response.json() as Record<string, unknown> }
}

async function idsAt(url: string): Promise<unknown> {
  const { body } = await json(url)
  return (body.anomalies as { id: string }[]).map(({ id }) => id)
}

describe('GET /anomalies', () => {
  it('lists anomalies, newest first, fifty unless told otherwise', async () => {
    const ids = logged(60).reverse()
    expect(await idsAt('/anomalies')).toEqual(ids.slice(0, 50))
    expect(await idsAt('/anomalies?limit=100')).toEqual(ids)
    expect(await idsAt('/anomalies?limit=1')).toEqual(ids.slice(0, 1))
  })

  it('is empty before anything was flagged', async () => {
    expect(await json('/anomalies')).toEqual({ status: 200, body: { anomalies: [] } })
  })

  it('shows what was answered and who explained it', async () => {
    logged(1)
    const { body } = await json('/anomalies')
    expect(body.anomalies).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{11}-[0-9a-f]{4}$/) as string,
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
        route: '/a',
        status: 'THREAT_DETECTED',
        action: 'freeze',
        reason: 'r0',
        prediction_score: 0.71,
        confidence: 0.98,
        p: null,
        incident: null,
        explanation: { source: 'rules', text: 'r0', model: null, ms: null },
      },
    ])
  })

  it('lists what is newer than an id or a time', async () => {
    const ids = logged(4)
    expect(await idsAt(`/anomalies?since=${ids[1]}`)).toEqual([ids[3], ids[2]])
    expect(await idsAt('/anomalies?since=2020-01-01')).toHaveLength(4)
    expect(await idsAt('/anomalies?since=2020-01-01T00:00:00Z')).toHaveLength(4)
    expect(await idsAt('/anomalies?since=2020-01-01T00:00:00+02:00')).toHaveLength(4)
    expect(await idsAt('/anomalies?since=2999-01-01T00:00:00.000Z')).toEqual([])
  })

  it.each(['0', '101', '-1', '1.5', 'ten', '', '1e1', '99999999999999999999'])(
    'refuses the limit %j and says what is allowed',
    async (limit) => {
      expect(await json(`/anomalies?limit=${limit}`)).toEqual({
        status: 400,
        body: {
          statusCode: 400,
          code: 'SENTINEL_INVALID_QUERY',
          error: 'Bad Request',
          message: 'limit must be a whole number from 1 to 100',
        },
      })
    },
  )

  it.each([
    '',
    'yesterday',
    '2026-13-01',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:00:00',
    '19b76daa800',
    '17',
  ])('refuses since %j and says what is allowed', async (since) => {
    const { status, body } = await json(`/anomalies?since=${since}`)
    expect(status).toBe(400)
    expect(body.message).toMatch(/^since must be an anomaly id .* or a time such as/)
  })

  it('refuses a parameter that is given twice', async () => {
    expect((await json('/anomalies?limit=1&limit=2')).status).toBe(400)
  })
})

describe('GET /anomalies/:id', () => {
  it('gives the full detail, and the text of the model once it is there', async () => {
    const [id = ''] = logged(1)
    expect((await json(`/anomalies/${id}`)).body).toMatchObject({
      id,
      detail: { threshold: 0.55, detector: 'forest', fitted_rows: 1000, contributions: SLOW.contributions },
    })
    log.attachAssessment(id, { text: 'r0. words', model: 'llama2', ms: 321 })
    expect((await json(`/anomalies/${id}`)).body.explanation).toEqual({
      source: 'llm',
      text: 'r0. words',
      model: 'llama2',
      ms: 321,
    })
  })

  it('does not know an anomaly that has left the log', async () => {
    const { status, body } = await json('/anomalies/19b76daa800-0000')
    expect(status).toBe(404)
    expect(body).toMatchObject({ code: 'SENTINEL_NOT_FOUND', error: 'Not Found' })
    expect(body.message).toContain('the last 100 are kept')
  })

  it.each(['x', '19B76DAA800-0000', '..%2f..', '19b76daa800-0000x'])('refuses the id %j', async (id) => {
    const { status, body } = await json(`/anomalies/${id}`)
    expect(status).toBe(400)
    expect(body.message).toContain('the id must be an anomaly id')
  })
})

/** A client of the stream that reads block by block. */
class Listener {
  readonly #blocks: AsyncIterator<string>
  readonly request: ClientRequest
  readonly response: IncomingMessage

  private constructor(request: ClientRequest, response: IncomingMessage) {
    this.request = request
    this.response = response
    this.#blocks = blocksOf(response)
  }

  static async open(lastEventId?: string): Promise<Listener> {
    if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    const request = get({ port, host: '127.0.0.1', path: '/anomalies/stream', headers, agent: false })
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    return new Listener(request, response)
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

async function* blocksOf(response: IncomingMessage): AsyncGenerator<string, undefined> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks
  }
  return undefined
}

describe('GET /anomalies/stream', () => {
  it('sends anomalies as they come, with their ids, and explanations as they arrive', async () => {
    logged(1)
    const listener = await Listener.open()
    expect(listener.response.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    expect(listener.response.headers['cache-control']).toBe('no-store')
    expect(await listener.next()).toBe('retry: 3000')
    const [id = ''] = logged(1)
    const [idLine, event, data = ''] = ((await listener.next()) ?? '').split('\n')
    expect([idLine, event]).toEqual([`id: ${id}`, 'event: anomaly'])
    expect(JSON.parse(data.slice('data: '.length))).toMatchObject({
      id,
      reason: 'r0',
      status: 'THREAT_DETECTED',
    })
    log.attachAssessment(id, { text: 'words', model: 'm', ms: 1 })
    const explanation = { source: 'llm', text: 'words', model: 'm', ms: 1 }
    expect(await listener.next()).toBe(`event: explanation\ndata: ${JSON.stringify({ id, explanation })}`)
  })

  it('resumes after the last id, oldest first, and goes on live', async () => {
    const ids = logged(4)
    const listener = await Listener.open(ids[1])
    await listener.next()
    expect([await listener.nextId(), await listener.nextId()]).toEqual(ids.slice(2))
    const [live] = logged(1)
    expect(await listener.nextId()).toBe(live)
  })

  it('resumes after an id that has left the log with all that is kept', async () => {
    const ids = logged(3)
    const listener = await Listener.open('00000000000-0000')
    await listener.next()
    expect([await listener.nextId(), await listener.nextId(), await listener.nextId()]).toEqual(ids)
  })

  it('tells of incidents as they open, grow and close, each event with its id', async () => {
    const listener = await Listener.open()
    await listener.next()
    const { id } = incidents.open(facts())
    for (let records = 3; records <= 12; records++) incidents.update(id, { records })
    const [anomaly = ''] = logged(1)
    incidents.close(id)
    const blocks = [
      await listener.next(),
      await listener.next(),
      await listener.next(),
      await listener.next(),
    ]
    const seen = blocks.map((block = '') => {
      const [idLine = '', event = '', data = ''] = block.split('\n')
      return { eventId: idLine.slice('id: '.length), event, data: JSON.parse(data.slice('data: '.length)) }
    })
    expect(seen).toMatchObject([
      { eventId: id, event: 'event: incident', data: { change: 'opened', incident: { id, records: 2 } } },
      { event: 'event: incident', data: { change: 'grown', incident: { id, records: 10, status: 'open' } } },
      { eventId: anomaly, event: 'event: anomaly', data: { id: anomaly } },
      {
        event: 'event: incident',
        data: { change: 'closed', incident: { id, records: 12, status: 'closed' } },
      },
    ])
    const eventIds = seen.map(({ eventId }) => eventId)
    expect(eventIds).toEqual([...new Set(eventIds)].toSorted())
  })

  it('resumes after an event of an incident with all that came later, in its order', async () => {
    const [before = ''] = logged(1)
    const { id } = incidents.open(facts())
    const [between = ''] = logged(1)
    incidents.update(id, { records: 10 })
    incidents.close(id)
    const [last = ''] = logged(1)
    const closedEvent = incidents.newestEventId
    const resumed = await Listener.open(id)
    await resumed.next()
    expect([await resumed.nextId(), await resumed.nextId(), await resumed.nextId()]).toEqual([
      between,
      closedEvent,
      last,
    ])
    const fromBefore = await Listener.open(before)
    await fromBefore.next()
    expect(await fromBefore.nextId()).toBe(between)
    // What has changed since is told once, as it is now.
    const incident = (await fromBefore.next()) ?? ''
    expect(incident).toContain('"change":"closed"')
    expect(incident).toContain('"records":10')
    const upToDate = await Listener.open(last)
    await upToDate.next()
    const { id: live } = incidents.open(facts())
    expect(await upToDate.nextId()).toBe(live)
  })

  it('begins with what happens next for a client that names no event', async () => {
    incidents.open(facts())
    const listener = await Listener.open()
    await listener.next()
    const [anomaly] = logged(1)
    expect(await listener.nextId()).toBe(anomaly)
  })

  it.each(['17', 'x'.repeat(5000), 'G9b76daa800-0000'])('refuses a malformed Last-Event-ID', async (id) => {
    const { response } = await Listener.open(id)
    expect(response.statusCode).toBe(400)
    const body = (await response.setEncoding('utf8').toArray()).join('')
    expect(JSON.parse(body)).toMatchObject({
      message: expect.stringContaining('Last-Event-ID must be') as string,
    })
  })

  it('sends heartbeats', async () => {
    await app.close()
    await start({ heartbeatMs: 1 })
    const listener = await Listener.open()
    expect([await listener.next(), await listener.next()]).toEqual(['retry: 3000', ': heartbeat'])
  })

  it('ends cleanly when the service closes', async () => {
    const listener = await Listener.open()
    await listener.next()
    const closed = app.close()
    expect(await listener.next()).toBeUndefined()
    expect(listener.response.complete).toBe(true)
    await closed
  })

  it('serves no more clients than it may, and others once one has left', async () => {
    await app.close()
    await start({ maxStreams: 1 })
    const first = await Listener.open()
    await first.next()
    const refused = await Listener.open()
    expect(refused.response.statusCode).toBe(503)
    expect(refused.response.headers['retry-after']).toBe('5')
    refused.response.resume()
    first.request.destroy()
    first.response.on('error', () => undefined)
    for (;;) {
      const again = await Listener.open()
      if (again.response.statusCode === 200) break
      again.response.resume()
    }
  })

  it('answers no HEAD request with a stream', async () => {
    expect((await app.inject({ method: 'HEAD', url: '/anomalies/stream' })).statusCode).not.toBe(200)
  })
})
