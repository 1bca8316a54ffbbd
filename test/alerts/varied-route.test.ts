import { expect, onTestFinished, test } from 'vitest'
import { Sentinel } from '#sentinel/sentinel.js'
import { appTraffic } from '../../made-up/app-traffic.js'
import { mulberry32 } from '../../made-up/random.js'
import type { TimedRecord } from '../../made-up/timed-traffic.js'

/** What is told of records that are all judged by what came before them. */
async function play(records: readonly TimedRecord[]) {
  let nowMs = 0
  const sentinel = await Sentinel.create({ detector: { fit: 'sync' }, clock: () => nowMs })
  onTestFinished(() => sentinel.close())
  let told = 0
  for (const { latency, input_length, errors, route = '', timeMs } of records) {
    nowMs = timeMs
    if (sentinel.judge({ latency, input_length, errors, route })?.anomaly !== null) told++
  }
  return { told, incidents: sentinel.incidents.list({}) }
}

test.each([1, 2, 3])('a route that varies more than the others is no incident: seed %i', async (seed) => {
  const { told, incidents } = await play(appTraffic(seed, 6000))
  expect(incidents).toEqual([])
  expect(told).toBeLessThanOrEqual(15)
})

test.each([
  ['slowed down', ({ latency }: TimedRecord) => ({ latency: latency * 12 })],
  ['flooded', () => ({ input_length: 40_000 })],
])('one that is %s now is', async (_, attacked) => {
  const random = mulberry32(5)
  const records = appTraffic(4, 6000).map((record, i) => {
    const isAttack = i > 4500 && record.route === '/orders' && random.uniform() < 0.5
    return isAttack ? { ...record, ...attacked(record) } : record
  })
  const { incidents } = await play(records)
  expect(incidents.map(({ route }) => route)).toEqual(['/orders'])
})
