import { once } from 'node:events'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Detectors } from '#sentinel/detectors/detectors.js'
import { FleetFigures } from '#sentinel/fleet/fleet-figures.js'
import { subjectByDefault } from '#sentinel/http/live/live-subject.js'
import { LiveTicker } from '#sentinel/http/live/live-ticker.js'
import { ModelState } from '#sentinel/http/live/model-state.js'
import { RecordRate } from '#sentinel/http/live/record-rate.js'
import { StatusReader } from '#sentinel/http/live/status.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { ATTACK, analyze, NORMAL, startApp } from '../subject.js'
import { listen } from './live-listener.js'

const MODEL = new ModelState(false)
const subjectOf = (sentinel: Sentinel) => subjectByDefault(Detectors.ofOne(sentinel))

describe('GET /live', () => {
  test('says at once how things stand, and then each second what changed', async () => {
    const app = await startApp()
    for (let i = 0; i < 12; i++) await analyze(app, NORMAL)
    await analyze(app, ATTACK)
    const { response, next } = await listen(app)
    expect(response.headers['content-type']).toContain('text/event-stream')
    const first = await next()
    expect(first.tick.status).toMatchObject({
      hour: { records: 13, odd: 1, alerts: 1 },
      incidents_open: 0,
      alert_rate: 0.001,
      samples: 13,
      samples_needed: 37,
      model_generation: 0,
      model_fitted_at: null,
      baseline: 'guarded',
      explanations: 'rules',
    })
    expect(first.tick.status.newest_anomaly).not.toBe('')
    for (let i = 0; i < 5; i++) await analyze(app, NORMAL)
    const second = await next()
    expect(Number(second.id)).toBeGreaterThan(Number(first.id))
    expect(second.tick.status.hour.records).toBe(18)
    expect(second.tick.timeline.records.length).toBeLessThanOrEqual(3)
  })

  test('says how it stands in its fleet, where there is one', async () => {
    const sentinel = await Sentinel.create()
    onTestFinished(() => sentinel.close())
    const fleet = Object.assign(new FleetFigures(), { leads: true, replicas: 3, version: 7, connected: true })
    expect(new StatusReader(subjectOf(sentinel), MODEL, fleet).read().fleet).toEqual({
      role: 'leader',
      model: null,
      replicas: 3,
      version: 7,
      connected: true,
    })
    expect(new StatusReader(subjectOf(sentinel), MODEL).read()).not.toHaveProperty('fleet')
  })

  test('tells of records that came earlier, as they say themselves', async () => {
    const app = await startApp()
    const { next } = await listen(app)
    await next()
    const timestamp = new Date(Date.now() - 120_000).toISOString()
    const payload = JSON.stringify([{ ...NORMAL, timestamp }])
    const headers = { 'content-type': 'application/json' }
    await app.inject({ method: 'POST', url: '/analyze-flow/batch?at=timestamp', payload, headers })
    let told = 0
    let widest = 0
    for (let i = 0; i < 3; i++) {
      const { timeline, now } = (await next()).tick
      told += timeline.records.reduce(
        (sum, n, k) => sum + ((timeline.time[k] ?? 0) < now / 1000 - 60 ? n : 0),
        0,
      )
      widest = timeline.time.length
    }
    // Once, and no more than that where nothing comes any more.
    expect(told).toBe(1)
    expect(widest).toBeLessThanOrEqual(3)
  })

  test('goes on after the id that a client gives, with the buckets of the time in between', async () => {
    const app = await startApp()
    for (let i = 0; i < 12; i++) await analyze(app, NORMAL)
    const { next } = await listen(app, String(Date.now() - 60_000))
    const { tick } = await next()
    expect(tick.timeline.records.length).toBeGreaterThanOrEqual(12)
    expect(tick.timeline.records.reduce((a, b) => a + b)).toBe(12)
    // What is older than an hour is not told again.
    const old = await listen(app, '1')
    expect((await old.next()).tick.timeline.records.length).toBeLessThanOrEqual(721)
  })

  test.each(['abc', '-1', '1.5', '19b76daa800-0000'])('refuses %j as an id', async (id) => {
    const { statusCode } = await (await startApp()).inject({ url: '/live', headers: { 'last-event-id': id } })
    expect(statusCode).toBe(400)
  })

  test('asks for a token where there is one, and the page and its files do not', async () => {
    const app = await startApp({ SENTINEL_API_TOKEN: 'a-token-that-is-long-enough-to-be-one' })
    for (const path of ['/live', '/timeline', '/routes', '/what-if'])
      expect((await app.inject(path)).statusCode).toBe(401)
    expect((await app.inject('/')).statusCode).toBe(200)
  })

  test('ends when the service stops', async () => {
    const app = await startApp()
    const { response, next } = await listen(app)
    await next()
    const ended = once(response, 'end')
    const closed = app.close()
    while ((await next()) !== undefined);
    await ended
    await closed
  })
})

test('what is told is made once for all who listen, and not at all while nobody does', async () => {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const ticker = new LiveTicker(subjectOf(sentinel), { model: MODEL, tickMs: 5 })
  onTestFinished(() => ticker.finish())
  const streams = [ticker.open(), ticker.open(), ticker.open()]
  const texts = streams.map((stream) => {
    const heard: string[] = []
    stream.on('data', (text: string) => heard.push(text))
    return heard
  })
  await expect.poll(() => texts.every((heard) => heard.length > 5)).toBe(true)
  for (const stream of streams) stream.destroy()
  await expect.poll(() => ticker.listeners).toBe(0)
  const told = texts.map((heard) => heard.slice(1, 6).join(''))
  expect(told[1]).toBe(told[0])
  expect(told[2]).toBe(told[0])
  const heard = texts[0]?.length
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(texts[0]?.length).toBe(heard)
})

test('a client that takes nothing costs one buffer, and is let go', async () => {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const ticker = new LiveTicker(subjectOf(sentinel), { model: MODEL, tickMs: 1 })
  onTestFinished(() => ticker.finish())
  const stream = ticker.open()
  await expect.poll(() => stream.destroyed, { timeout: 20_000 }).toBe(true)
  expect(stream.readableLength).toBeLessThan(2 * stream.readableHighWaterMark)
}, 30_000)

test('a rate is that of the last five seconds', () => {
  const rate = new RecordRate()
  expect(rate.over(100, 0)).toBe(0)
  expect(rate.over(150, 1000)).toBe(50)
  for (let second = 2; second <= 9; second++) rate.over(150 + 10 * (second - 1), 1000 * second)
  expect(rate.over(240, 10_000)).toBe(10)
})
