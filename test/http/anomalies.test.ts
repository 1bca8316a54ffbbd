import { beforeEach, describe, expect, it } from 'vitest'
import { SLOW } from '../explain/verdicts.js'
import { app, log, logged, startAfresh } from './anomaly-routes.js'

beforeEach(startAfresh)

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
