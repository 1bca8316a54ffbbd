import { expect, test } from 'vitest'
import { codeRunnerTraffic } from '../../made-up/traffic.js'
import { Watched } from '../watched-sentinel.js'
import { ATTACK, analyze, historySize, metric, NORMAL, startApp } from './subject.js'

test('a record that is tried out is judged, and not learnt, counted, kept or logged', async () => {
  const lines: string[] = []
  const app = await startApp({}, { logger: { stream: { write: (line) => lines.push(line) } } })
  await analyze(app, NORMAL)
  const before = await app.inject('/routes')
  lines.length = 0
  expect((await analyze(app, NORMAL, '?learn=false')).json()).toEqual({ status: 'OK' })
  const threat = await analyze(app, ATTACK, '?learn=false&detail=true')
  expect(threat.json()).toMatchObject({
    status: 'THREAT_DETECTED',
    action: 'freeze',
    reason: expect.stringContaining('above the limit'),
    detail: { detector: 'heuristic', alert: 'freeze', incident: null },
  })
  expect(threat.headers).not.toHaveProperty('x-anomaly-id')
  expect(await historySize(app)).toBe(1)
  expect((await app.inject('/anomalies')).json().anomalies).toEqual([])
  expect(await metric(app, 'sentinel_score_count')).toEqual({ '': 1 })
  expect((await app.inject('/routes')).json()).toEqual(before.json())
  expect(lines).toEqual([])
})

test('a trial is never answered from memory', async () => {
  const app = await startApp()
  const send = () =>
    app.inject({
      method: 'POST',
      url: '/analyze-flow?learn=false',
      headers: { 'idempotency-key': 'one' },
      payload: NORMAL,
    })
  await send()
  expect((await send()).headers).not.toHaveProperty('idempotency-replayed')
})

test.each(['?learn=no', '?learn=FALSE', '?learn='])('refuses %s', async (query) => {
  expect((await analyze(await startApp(), NORMAL, query)).statusCode).toBe(400)
})

test('trials change nothing of what is said of the records between them', async () => {
  const traffic = codeRunnerTraffic(1500, 7)
  const plain = await Watched.create({ detector: { fit: 'sync' } })
  const tried = await Watched.create({ detector: { fit: 'sync' } })
  const extreme = { latency: 60_000, input_length: 900_000, errors: 40 }
  for (const [i, record] of traffic.entries()) {
    const expected = await plain.judgeOne(record)
    const { sentinel } = tried
    const trials = [
      sentinel.tryOut({ ...extreme, route: record.route }),
      sentinel.tryOut({ ...extreme, route: '/new' }),
    ]
    if (i > 1000) expect(trials[0]).toMatchObject({ action: expect.any(String), reason: expect.any(String) })
    const found = await tried.judgeOne(record)
    expect(found.verdict).toEqual(expected.verdict)
    expect(found.p).toBe(expected.p)
  }
  expect(tried.sentinel.incidents.size).toBe(plain.sentinel.incidents.size)
  expect(tried.sentinel.detector.records).toBe(traffic.length)
}, 60_000)
