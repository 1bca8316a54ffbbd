import { beforeEach, describe, expect, it } from 'vitest'
import { facts } from '../../alerts/incidents.js'
import { app, incidents, log, logged, start, startAfresh } from '../anomaly-routes.js'
import { StreamListener } from './stream-listener.js'

beforeEach(startAfresh)

describe('GET /anomalies/stream', () => {
  it('sends anomalies as they come, with their ids, and explanations as they arrive', async () => {
    logged(1)
    const listener = await StreamListener.open(app)
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
    const listener = await StreamListener.open(app, ids[1])
    await listener.next()
    expect([await listener.nextId(), await listener.nextId()]).toEqual(ids.slice(2))
    const [live] = logged(1)
    expect(await listener.nextId()).toBe(live)
  })

  it('resumes after an id that has left the log with all that is kept', async () => {
    const ids = logged(3)
    const listener = await StreamListener.open(app, '00000000000-0000')
    await listener.next()
    expect([await listener.nextId(), await listener.nextId(), await listener.nextId()]).toEqual(ids)
  })

  it('tells of incidents as they open, grow and close, each event with its id', async () => {
    const listener = await StreamListener.open(app)
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
    const resumed = await StreamListener.open(app, id)
    await resumed.next()
    expect([await resumed.nextId(), await resumed.nextId(), await resumed.nextId()]).toEqual([
      between,
      closedEvent,
      last,
    ])
    const fromBefore = await StreamListener.open(app, before)
    await fromBefore.next()
    expect(await fromBefore.nextId()).toBe(between)
    // What has changed since is told once, as it is now.
    const incident = (await fromBefore.next()) ?? ''
    expect(incident).toContain('"change":"closed"')
    expect(incident).toContain('"records":10')
    const upToDate = await StreamListener.open(app, last)
    await upToDate.next()
    const { id: live } = incidents.open(facts())
    expect(await upToDate.nextId()).toBe(live)
  })

  it('begins with what happens next for a client that names no event', async () => {
    incidents.open(facts())
    const listener = await StreamListener.open(app)
    await listener.next()
    const [anomaly] = logged(1)
    expect(await listener.nextId()).toBe(anomaly)
  })

  it.each(['17', 'x'.repeat(5000), 'G9b76daa800-0000'])('refuses a malformed Last-Event-ID', async (id) => {
    const { response } = await StreamListener.open(app, id)
    expect(response.statusCode).toBe(400)
    const body = (await response.setEncoding('utf8').toArray()).join('')
    expect(JSON.parse(body)).toMatchObject({
      message: expect.stringContaining('Last-Event-ID must be') as string,
    })
  })

  it('sends heartbeats', async () => {
    await app.close()
    await start({ heartbeatMs: 1 })
    const listener = await StreamListener.open(app)
    expect([await listener.next(), await listener.next()]).toEqual(['retry: 3000', ': heartbeat'])
  })

  it('ends cleanly when the service closes', async () => {
    const listener = await StreamListener.open(app)
    await listener.next()
    const closed = app.close()
    expect(await listener.next()).toBeUndefined()
    expect(listener.response.complete).toBe(true)
    await closed
  })

  it('serves no more clients than it may, and others once one has left', async () => {
    await app.close()
    await start({ maxStreams: 1 })
    const first = await StreamListener.open(app)
    await first.next()
    const refused = await StreamListener.open(app)
    expect(refused.response.statusCode).toBe(503)
    expect(refused.response.headers['retry-after']).toBe('5')
    refused.response.resume()
    first.request.destroy()
    first.response.on('error', () => undefined)
    for (;;) {
      const again = await StreamListener.open(app)
      if (again.response.statusCode === 200) break
      again.response.resume()
    }
  })

  it('answers no HEAD request with a stream', async () => {
    expect((await app.inject({ method: 'HEAD', url: '/anomalies/stream' })).statusCode).not.toBe(200)
  })
})
