import { describe, expect, onTestFinished, test } from 'vitest'
import { Sentinel } from '#sentinel/sentinel.js'
import { OllamaStandIn } from '../ollama-stand-in.js'
import { ATTACK, analyze, historySize, metric, NORMAL, startApp } from './subject.js'

/** With a forest of its first 100 records, and old enough for what is rare to be known. */
async function trainedSentinel(): Promise<Sentinel> {
  const sentinel = await Sentinel.create({ detector: { minSamples: 100, retrainEvery: 10_000 } })
  onTestFinished(() => sentinel.close())
  for (let i = 1; i <= 700; i++) {
    sentinel.judge({ latency: 100 + (i % 17), input_length: 1500 + 13 * (i % 29), errors: 0 })
    if (i === 100) await sentinel.detector.settled()
  }
  expect(sentinel.detector.trained).toBe(true)
  return sentinel
}

async function startExplained(mode: 'wait' | 'background') {
  const ollama = await OllamaStandIn.start()
  onTestFinished(() => ollama.stop())
  const app = await startApp({ SENTINEL_EXPLAIN: mode, OLLAMA_HOST: ollama.url })
  return { app, ollama }
}

describe('POST /analyze-flow', () => {
  test('answers a normal record with exactly {"status":"OK"}', async () => {
    const answer = await analyze(await startApp(), NORMAL)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.body).toBe('{"status":"OK"}')
    expect(answer.headers).not.toHaveProperty('x-anomaly-id')
  })

  test('answers an anomaly with exactly five fields and its id in a header', async () => {
    const answer = await analyze(await startApp(), ATTACK)
    expect(answer.statusCode).toBe(200)
    const body = answer.json()
    expect(Object.keys(body)).toEqual(['status', 'action', 'reason', 'prediction_score', 'confidence'])
    expect(body).toMatchObject({ status: 'THREAT_DETECTED', action: 'freeze' })
    expect(body.reason).not.toBe('')
    expect(body.prediction_score).toBeCloseTo(9000 / 14_000, 5)
    expect(body.confidence).toBe(body.prediction_score)
    expect(answer.headers['x-anomaly-id']).toMatch(/^[0-9a-f]{11}-[0-9a-f]{4}$/)
  })

  test('gives every anomaly an id of its own', async () => {
    const app = await startApp()
    const ids = [await analyze(app, ATTACK), await analyze(app, ATTACK)].map((a) => a.headers['x-anomaly-id'])
    expect(new Set(ids).size).toBe(2)
  })

  test('adds a detail object when asked, to either answer', async () => {
    const app = await startApp()
    const normal = (await analyze(app, NORMAL, '?detail=true')).json()
    expect(Object.keys(normal)).toEqual(['status', 'detail'])
    expect(normal.detail).toMatchObject({ detector: 'learning', generation: 0, threshold: null })
    const threat = (await analyze(app, ATTACK, '?detail=true')).json()
    expect(threat.detail.detector).toBe('heuristic')
    expect(threat.detail.exceeded.map((rule: { feature: string }) => rule.feature)).toEqual([
      'latency',
      'errors',
    ])
  })

  test('keeps the detail it answers with', async () => {
    const app = await startApp({}, { sentinel: await trainedSentinel() })
    const answer = await analyze(app, { ...NORMAL, latency: 6000 }, '?detail=true')
    const kept = await app.inject(`/anomalies/${answer.headers['x-anomaly-id']}`)
    expect(kept.json().detail).toEqual(answer.json().detail)
  })

  test('leaves the detail out when it is refused', async () => {
    expect((await analyze(await startApp(), NORMAL, '?detail=false')).body).toBe('{"status":"OK"}')
  })

  test('lets the forest decide once there is one, and shows its reckoning', async () => {
    const app = await startApp({}, { sentinel: await trainedSentinel() })
    const answer = (await analyze(app, { ...NORMAL, latency: 6000 }, '?detail=true')).json()
    const { status, action, confidence, detail } = answer
    expect(status).toBe('THREAT_DETECTED')
    expect(detail).toMatchObject({ detector: 'forest', generation: 1, fitted_rows: 100, alert: action })
    expect(detail.p).toBeLessThanOrEqual(0.001)
    expect(confidence).toBe(1 - detail.p)
    expect(detail.score).toBeGreaterThan(detail.threshold)
    const bits = detail.contributions.reduce((sum: number, one: { bits: number }) => sum + one.bits, 0)
    expect(2 ** (bits - 1)).toBeCloseTo(detail.score, 6)
  })

  test('ignores unknown fields and takes every optional one', async () => {
    const app = await startApp()
    const record = { ...NORMAL, route: '/a', user_id: 'u', extra: { deep: [1] } }
    expect((await analyze(app, { ...record, timestamp: '2026-01-01T00:00:00Z' })).statusCode).toBe(200)
    expect((await analyze(app, { ...record, timestamp: 1_767_225_600 })).statusCode).toBe(200)
    expect(await historySize(app)).toBe(2)
  })

  test('in mode wait adds the words of the model to the sentence of the rules, and keeps them', async () => {
    const { app, ollama } = await startExplained('wait')
    const byRules = (await analyze(await startApp(), ATTACK)).json().reason
    const answer = await analyze(app, ATTACK)
    expect(answer.json().reason).toBe(`${byRules}. ${JSON.parse(ollama.content).assessment}`)
    const kept = await app.inject(`/anomalies/${answer.headers['x-anomaly-id']}`)
    expect(kept.json()).toMatchObject({
      reason: byRules,
      explanation: { source: 'llm', text: answer.json().reason, model: 'llama2' },
    })
  })

  test('in mode background answers by rules while the model still thinks', async () => {
    const { app, ollama } = await startExplained('background')
    ollama.behaviour = 'hold'
    const byRules = (await analyze(await startApp(), ATTACK)).json().reason
    expect((await analyze(app, ATTACK)).json().reason).toBe(byRules)
  })

  test('answers by rules when the model fails', async () => {
    const { app, ollama } = await startExplained('wait')
    ollama.behaviour = 'error-500'
    const byRules = (await analyze(await startApp(), ATTACK)).json().reason
    const answer = await analyze(app, ATTACK)
    expect(answer.statusCode).toBe(200)
    expect(answer.json().reason).toBe(byRules)
    expect(await metric(app, 'sentinel_llm_failures_total')).toEqual({ '': 1 })
  })

  test('logs an anomaly with its id, score and reason, and never the user or an identifier', async () => {
    const lines: string[] = []
    const app = await startApp({}, { logger: { stream: { write: (line) => lines.push(line) } } })
    await analyze(app, NORMAL)
    const answer = await analyze(app, { ...ATTACK, user_id: 'mallory', route: '/users/4711/x?token=s3cret' })
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      anomalyId: answer.headers['x-anomaly-id'],
      score: answer.json().prediction_score,
      reason: answer.json().reason,
      route: '/users/*/x',
    })
    expect(lines[0]).not.toMatch(/mallory|4711|s3cret/)
  })
})
