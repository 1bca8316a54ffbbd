import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from '#sentinel/config/config.js'
import { buildApp } from '#sentinel/http/app.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { faultyThread } from '../detector/training/faulty-threads.js'
import { extent } from './extent.js'
import { Load } from './load.js'

const DEATHS = extent(20, 5)

test(`the trainer dies ${DEATHS} times in the middle of a fit under load, and not one request fails`, async () => {
  const config = loadConfig({
    SENTINEL_EXPLAIN: 'rules',
    SENTINEL_RETRAIN_EVERY: '10',
    SENTINEL_TRAIN_DUTY: '1',
    SENTINEL_MAX_DELAY_MS: '0',
  })
  let deaths = 0
  let lastDied = (): void => {}
  const allDied = new Promise<void>((resolve) => {
    lastDied = resolve
  })
  const sentinel = await Sentinel.create({
    detector: { ...config.detector, trainer: { thread: faultyThread('crash', 1) } },
    listener: {
      trainerFault: ({ kind, next }) => {
        expect([kind, next]).toEqual(['crash', 'worker'])
        if (++deaths === DEATHS) lastDied()
      },
    },
  })
  const { detector } = sentinel
  const app = await buildApp({ config, sentinel, logger: false })
  onTestFinished(async () => {
    await app.close()
    await sentinel.close()
  })
  app.server.listen(0, '127.0.0.1')
  await Promise.all([app.ready(), once(app.server, 'listening')])
  const load = new Load(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, 4)
  await allDied
  await load.stop()
  expect(load.failures).toEqual([])
  expect(load.answered).toBe(load.sent)
  expect(detector.records).toBe(load.sent)
  // Every thread managed one fit before it died.
  expect(detector.generation).toBeGreaterThanOrEqual(DEATHS)
}, 60_000)
