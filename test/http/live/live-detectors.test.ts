import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Detectors } from '#sentinel/detectors/detectors.js'
import type { App } from '#sentinel/http/app.js'
import { subjectByDefault } from '#sentinel/http/live/live-subject.js'
import { LiveTickers } from '#sentinel/http/live/live-tickers.js'
import { ModelState } from '#sentinel/http/live/model-state.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { appWith, batch, inMemory, ownFolder, SHOP, steps } from '../../detectors/configured.js'
import { ATTACK, analyze } from '../subject.js'
import { listen } from './live-listener.js'

const far = (service: string) => ({ service, step: '/pay0', ms: 90_000, items: 3 })

/** Two entities, of which one has an open incident; and an alert of `default`. */
async function shop(text = SHOP, environment = {}): Promise<App> {
  const app = await appWith(text, { SENTINEL_FIT: 'background', ...environment })
  await batch(app, [...steps('a', 300), ...steps('b', 120, 2)], 'checkout')
  await batch(app, Array(40).fill(far('a')), 'checkout')
  await analyze(app, ATTACK)
  return app
}

async function statusOf(app: App, query: string) {
  const { next, request } = await listen(app, undefined, query)
  const { tick } = await next()
  request.destroy()
  return tick.status
}

test('tells of a detector, of one entity, and of the baseline that all others share', async () => {
  const app = await shop()
  const all = await statusOf(app, '?detector=checkout')
  expect(all).toMatchObject({
    hour: { records: 460 },
    incidents_open: 1,
    samples_needed: 0,
    of: { detector: 'checkout', in_memory: true, baselines: 2, trained: 2 },
  })
  expect(all.of).not.toHaveProperty('entity')
  const [a, b] = [
    await statusOf(app, '?detector=checkout&entity=a'),
    await statusOf(app, '?detector=checkout&entity=b'),
  ]
  expect(a).toMatchObject({
    incidents_open: 1,
    of: { detector: 'checkout', entity: 'a', in_memory: true, baselines: 1, trained: 1 },
  })
  expect(b).toMatchObject({ incidents_open: 0, newest_anomaly: '', samples: 120, of: { entity: 'b' } })
  expect(all.samples).toBe(a.samples + b.samples)
  expect(all.newest_anomaly).toBe(a.newest_anomaly)
  // A forest has the time of its own fit, and not of somebody else's.
  const shared = await statusOf(app, '?detector=checkout&entity=')
  expect(shared).toMatchObject({
    ...{ samples: 0, samples_needed: 50, model_generation: 0, model_fitted_at: null },
    of: { detector: 'checkout', entity: null, in_memory: true, baselines: 1, trained: 0 },
  })
  expect(await statusOf(app, '?detector=default')).toMatchObject({
    ...{ samples: 1, incidents_open: 0, hour: { records: 1, alerts: 1 }, model_fitted_at: null },
    of: { detector: 'default', baselines: 1 },
  })
  // As ever, where nobody is named.
  const plain = await statusOf(app, '')
  expect(plain).toMatchObject({ samples: 1, incidents_open: 1 })
  expect(plain).not.toHaveProperty('of')
})

test('refuses names that nothing is known of, and says which there are', async () => {
  const app = await shop()
  for (const [query, message] of [
    ['?detector=chekout', 'detector must be one of default, checkout'],
    ['?detector=__proto__', 'detector must be one of default, checkout'],
    ['?detector=checkout&entity=nobody', 'entity must be empty, or one of those of checkout: "a", "b"'],
    ['?entity=a', 'entity must be left out: default has one baseline for all'],
    ['?detektor=checkout', 'there is no parameter "detektor"; those that there are: detector, entity'],
  ]) {
    const answer = await app.inject(`/live${query}`)
    expect([query, answer.statusCode, answer.json().message]).toEqual([query, 400, message])
  }
})

test('incidents of one entity are told of to those who listen to it, and to no others', async () => {
  const app = await shop()
  const [a, b, checkout, plain] = await Promise.all(
    ['?detector=checkout&entity=a', '?detector=checkout&entity=b', '?detector=checkout', ''].map((query) =>
      listen(app, undefined, query),
    ),
  )
  const heard = [a, b, checkout, plain].map((listener) => listener as NonNullable<typeof a>)
  for (const { next } of heard) await next()
  const [{ records: before }] = (await app.inject('/incidents?detector=checkout')).json().incidents
  // Of 40 sent: by the pace of the batch, one or a few of them open it.
  expect(before).toBeGreaterThanOrEqual(30)
  await batch(app, Array(5).fill(far('a')), 'checkout')
  const told = await Promise.all(
    heard.map(async ({ next }, i) => {
      for (;;) {
        const { incidents } = (await next()).tick
        const told = incidents.map(({ entity, records }) => [entity, records])
        // A tick may come between two records of the batch; and nobody waits for what `b` is not told.
        if (i === 1 || told.at(-1)?.[1] === before + 5) return told
      }
    }),
  )
  const grown = [['a', before + 5]]
  expect(told).toEqual([grown, [], grown, grown])
})

test('where records are the time, that of a detector is the time of its newest record, whosesoever', async () => {
  const app = await appWith(SHOP.replace('    route: /step', '    route: /step\n    timestamp: /at'))
  const startMs = Date.UTC(2026, 0, 1)
  const records = [...steps('a', 100), ...steps('b', 20, 2)].map((record, i) => ({
    ...record,
    at: new Date(startMs + 1000 * i).toISOString(),
  }))
  await batch(app, records, 'checkout')
  const { next } = await listen(app, undefined, '?detector=checkout')
  const { now, status } = (await next()).tick
  expect([now, status.hour.records]).toEqual([startMs + 119_000, 120])
  const { time, records: counts } = (await app.inject('/timeline?detector=checkout')).json()
  expect(time.at(-1)).toBe(startMs / 1000 + 115)
  expect(counts.reduce((sum: number, n: number) => sum + n, 0)).toBe(120)
})

test('each who listens is told of records that came earlier, whoever else listens', async () => {
  const app = await appWith(SHOP, { SENTINEL_FIT: 'background' })
  await batch(app, steps('a', 3), 'checkout')
  const listeners = await Promise.all(
    ['?detector=checkout', '?detector=checkout&entity=a', '?detector=checkout&entity='].map((query) =>
      listen(app, undefined, query),
    ),
  )
  for (const { next } of listeners) await next()
  const timestamp = new Date(Date.now() - 120_000).toISOString()
  const [record] = steps('b', 1)
  await batch(app, [{ ...record, timestamp }], 'checkout', '?at=timestamp')
  for (const { next } of listeners) {
    let told = 0
    for (let i = 0; i < 3 && told === 0; i++) {
      const { timeline } = (await next()).tick
      told += timeline.records.reduce((a, b) => a + b, 0)
    }
    expect(told).toBeGreaterThan(0)
  }
})

test('an entity that leaves memory is said to have left, and goes on when it is back', async () => {
  const app = await shop(SHOP.replace('entities: 3', 'entities: 2'))
  const { next } = await listen(app, undefined, '?detector=checkout&entity=a')
  expect((await next()).tick.status.of).toMatchObject({ in_memory: true })
  // The others come more often: the least recently used makes room.
  await batch(app, [...steps('b', 20), ...steps('c', 40, 3)], 'checkout')
  expect(Object.keys(await inMemory(app, 'checkout')).sort()).toEqual(['b', 'c'])
  const gone = (await next()).tick.status
  expect(gone).toMatchObject({ incidents_open: 0, of: { entity: 'a', in_memory: false } })
  // What is left for it is the shared baseline, which has the records of whoever waited for a place.
  const { samples } = await statusOf(app, '?detector=checkout&entity=')
  expect([gone.samples, samples < 40]).toEqual([samples, true])
  expect(gone.records_a_second).toBeGreaterThanOrEqual(0)
  // Without a folder nothing is known of it any more.
  expect((await app.inject('/live?detector=checkout&entity=a')).statusCode).toBe(400)
  await batch(app, [...steps('c', 20), ...steps('a', 40, 4)], 'checkout')
  expect(Object.keys(await inMemory(app, 'checkout')).sort()).toEqual(['a', 'c'])
  const back = (await next()).tick.status
  expect(back).toMatchObject({ of: { entity: 'a', in_memory: true } })
  expect(back.samples).toBeGreaterThan(0)
})

test('one whose baseline is in its file is known all the same', async () => {
  const state = join(ownFolder(), 'state')
  mkdirSync(state)
  const app = await shop(SHOP.replace('entities: 3', 'entities: 2'), { SENTINEL_STATE_DIR: state })
  await batch(app, [...steps('b', 20), ...steps('c', 40, 3)], 'checkout')
  expect(Object.keys(await inMemory(app, 'checkout'))).not.toContain('a')
  expect((await statusOf(app, '?detector=checkout&entity=a')).of).toMatchObject({ in_memory: false })
})

test('there is a ticker for each that somebody listens to, and none for others', async () => {
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const subject = subjectByDefault(Detectors.ofOne(sentinel))
  const tickers = new LiveTickers({ model: new ModelState(false), tickMs: 5 })
  expect(tickers.size).toBe(0)
  const streams = [subject, subject, { ...subject, key: 'another' }].map((one) => tickers.open(one))
  expect(tickers.size).toBe(2)
  streams[2]?.destroy()
  await expect.poll(() => tickers.size).toBe(1)
  streams[0]?.destroy()
  await expect.poll(() => streams[0]?.closed).toBe(true)
  expect(tickers.size).toBe(1)
  for (const stream of streams) stream.resume()
  tickers.finish()
  await expect.poll(() => tickers.size).toBe(0)
})
