import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Incident } from '#sentinel/alerts/incidents/incident.js'
import type { IncidentLog } from '#sentinel/alerts/incidents/incident-log.js'
import { incidentRoutes } from '#sentinel/http/routes/incidents.js'
import { ErrorAnswer } from '#sentinel/http/schemas/error.js'
import { facts, incidentLog, opened } from '../alerts/incidents.js'
import { startApp } from './subject.js'

let log: IncidentLog
let app: FastifyInstance

beforeEach(async () => {
  log = incidentLog()
  app = Fastify()
  app.addSchema(ErrorAnswer)
  app.addSchema(Incident)
  await app.register(incidentRoutes, { log })
})

afterEach(() => app.close())

async function json(url: string) {
  const response = await app.inject(url)
  return { status: response.statusCode, body: response.json() as Record<string, unknown> }
}

async function idsAt(url: string): Promise<unknown> {
  const { body } = await json(url)
  return (body.incidents as { id: string }[]).map(({ id }) => id)
}

describe('GET /incidents', () => {
  it('is empty before anything happened', async () => {
    expect(await json('/incidents')).toEqual({ status: 200, body: { incidents: [], next: null } })
  })

  it('shows all that is known of an incident', async () => {
    const incident = log.open(facts())
    expect((await json('/incidents')).body).toEqual({ incidents: [incident], next: null })
  })

  it('lists incidents newest first, by state, route, feature and time', async () => {
    const run = opened(log, 2, {}, Date.parse('2026-01-01T00:00:00Z'))
    const pay = opened(log, 1, { route: '/pay/*', feature: 'errors' }, Date.parse('2026-01-02T00:00:00Z'))
    const all = opened(log, 1, { route: null, feature: null }, Date.parse('2026-01-03T00:00:00Z'))
    log.close(run[0] ?? '')
    expect(await idsAt('/incidents')).toEqual([...run, ...pay, ...all].reverse())
    expect(await idsAt('/incidents?open=false')).toEqual([run[0]])
    expect(await idsAt('/incidents?open=true&route=/run')).toEqual([run[1]])
    expect(await idsAt('/incidents?route=%2Fpay%2F17')).toEqual(pay)
    expect(await idsAt('/incidents?route=')).toEqual(all)
    expect(await idsAt('/incidents?feature=errors')).toEqual(pay)
    expect(await idsAt('/incidents?feature=nope')).toEqual([])
    expect(await idsAt('/incidents?since=2026-01-02')).toEqual([...pay, ...all].reverse())
    expect(await idsAt(`/incidents?since=${pay[0]}`)).toEqual(all)
  })

  it('gives pages that add up to everything, each with the way to the next', async () => {
    const ids = opened(log, 7).reverse()
    const seen: unknown[] = []
    let url = '/incidents?limit=3'
    for (;;) {
      const { body } = await json(url)
      const page = body.incidents as { id: string }[]
      seen.push(page.map(({ id }) => id))
      if (body.next === null) break
      url = `/incidents?limit=3&before=${body.next}`
    }
    expect(seen).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)])
    expect((await json('/incidents?limit=7')).body.next).toBeNull()
  })

  it('keeps to the filter over pages', async () => {
    const [kept = ''] = opened(log, 1)
    opened(log, 3, { route: '/other' }, 9_000)
    const { body } = await json('/incidents?route=/run&limit=1')
    expect(body).toMatchObject({ incidents: [{ id: kept }], next: null })
  })

  it.each([
    ['limit=0', 'limit must be a whole number from 1 to 200'],
    ['limit=201', 'limit must be a whole number from 1 to 200'],
    ['open=yes', 'open must be true or false'],
    ['open=', 'open must be true or false'],
    ['since=yesterday', 'since must be an incident id such as'],
    ['before=2026-01-01', 'before must be an incident id such as'],
    ['before=', 'before must be an incident id such as'],
    [
      'opne=true',
      'there is no parameter "opne"; those that there are: open, route, feature, since, before, limit',
    ],
    ['limit=5&%0Aforged=1', 'there is no parameter "\\nforged"'],
    ['__proto__=1', 'there is no parameter "__proto__"'],
  ])('refuses %s and says what is allowed', async (query, message) => {
    const { status, body } = await json(`/incidents?${query}`)
    expect(body.message).toContain(message)
    expect([status, body.code, body.error, body.statusCode]).toEqual([
      400,
      'SENTINEL_INVALID_QUERY',
      'Bad Request',
      400,
    ])
  })

  it('refuses a parameter that is given twice', async () => {
    expect((await json('/incidents?open=true&open=false')).status).toBe(400)
  })
})

describe('GET /incidents/:id', () => {
  it('gives the incident as it is now', async () => {
    const [id = ''] = opened(log, 1)
    log.update(id, { records: 12, action: 'freeze' })
    log.addExample(id, '19b76daa800-0000')
    expect((await json(`/incidents/${id}`)).body).toMatchObject({
      id,
      status: 'open',
      records: 12,
      action: 'freeze',
      anomalies: ['19b76daa800-0000'],
    })
    log.close(id)
    expect((await json(`/incidents/${id}`)).body).toMatchObject({ status: 'closed', feedback: null })
    const feedback = { verdict: 'expected', note: null, at: '2026-01-01T00:00:00.000Z' } as const
    log.note(id, feedback)
    expect((await json(`/incidents/${id}`)).body.feedback).toEqual(feedback)
  })

  it('does not know an incident that has left the log', async () => {
    const { status, body } = await json('/incidents/19b76daa800-0000')
    expect(status).toBe(404)
    expect(body).toEqual({
      statusCode: 404,
      code: 'SENTINEL_NOT_FOUND',
      error: 'Not Found',
      message: 'no incident has this id: the last 200 are kept, and GET /incidents lists them',
    })
  })

  it.each(['x', '19B76DAA800-0000', '..%2f..', '19b76daa800-0000x'])('refuses the id %j', async (id) => {
    const { status, body } = await json(`/incidents/${id}`)
    expect([status, body.code]).toEqual([400, 'SENTINEL_INVALID_REQUEST'])
    expect(body.message).toContain('the id must be an incident id')
  })
})

describe('the service', () => {
  it('serves both under its own rules', async () => {
    const service = await startApp({ SENTINEL_API_TOKEN: 'a-token', SENTINEL_INCIDENTS_MAX: '7' })
    expect((await service.inject('/incidents')).statusCode).toBe(401)
    const headers = { authorization: 'Bearer a-token' }
    const answer = await service.inject({ url: '/incidents', headers })
    expect(answer.json()).toEqual({ incidents: [], next: null })
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    const missing = await service.inject({ url: '/incidents/19b76daa800-0000', headers })
    expect([missing.statusCode, missing.json().message]).toEqual([
      404,
      expect.stringContaining('the last 7 are kept'),
    ])
    const refused = await service.inject({ url: '/incidents?sort=asc', headers })
    expect([refused.statusCode, refused.json().code]).toEqual([400, 'SENTINEL_INVALID_QUERY'])
    expect((await service.inject({ url: '/incidents', method: 'POST', headers })).statusCode).toBe(405)
  })
})
