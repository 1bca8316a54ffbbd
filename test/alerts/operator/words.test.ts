import { beforeEach, describe, expect, test } from 'vitest'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { clock, EXPECTED, idOf, log, MINUTE, SLOW, startAfresh, THREAT, taught, traffic } from './subject.js'

beforeEach(startAfresh)

describe('a pause', () => {
  test('ends by itself with the first record after it, and once more said counts from then', async () => {
    const sentinel = await taught()
    const { historySize } = sentinel.detector
    expect(sentinel.operator.pause(30)).toMatchObject({
      paused: true,
      paused_until: '2026-01-01T00:30:00.000Z',
    })
    clock.nowMs += 20 * MINUTE
    expect(sentinel.operator.pause(30).paused_until).toBe('2026-01-01T00:50:00.000Z')
    clock.nowMs += 30 * MINUTE - 1
    sentinel.judge(traffic[700] as Telemetry)
    expect(sentinel.detector.historySize).toBe(historySize)
    clock.nowMs += 1
    sentinel.judge(traffic[701] as Telemetry)
    expect(sentinel.detector.historySize).toBe(historySize + 1)
    expect(sentinel.operator.learning()).toMatchObject({ paused: false, paused_until: null })
    expect(log.at(-1)).toMatchObject({ level: 'info', message: 'the pause is over: learning goes on' })
  })

  test('ends when that is said', async () => {
    const sentinel = await taught()
    sentinel.operator.pause(30)
    expect(sentinel.operator.resume().paused).toBe(false)
    expect(sentinel.detector.learningPaused).toBe(false)
  })
})

test('every word leaves one line in the log that says what and how much', async () => {
  const sentinel = await taught()
  const id = idOf(sentinel, SLOW)
  log.length = 0
  sentinel.operator.onAnomaly(id, { ...EXPECTED, note: 'not for the log' })
  sentinel.operator.onAnomaly(id, THREAT)
  sentinel.operator.end('never-1')
  sentinel.operator.pause(5)
  sentinel.operator.resume()
  sentinel.operator.changed('/users/17')
  sentinel.operator.reset('/upload')
  sentinel.operator.reset()
  expect(log.map(({ level, message }) => [level, message])).toEqual(
    [
      'expected',
      'threat',
      'taken back',
      'learning is paused',
      'learning goes on',
      'a change is expected',
      'learning is reset',
      'learning is reset',
    ].map((message) => ['info', `operator: ${message}`]),
  )
  const [expected, threat, , paused, , changed, route, all] = log.map(({ fields }) => fields)
  expect(expected).toMatchObject({ anomalyId: id, route: '/analyze', feature: 'latency', direction: 'high' })
  expect(threat).toMatchObject({ forgotten: { baseline: expect.any(Number) } })
  expect(paused).toMatchObject({ minutes: 5 })
  expect(changed).toEqual({ route: '/users/*' })
  expect(route).toMatchObject({ route: '/upload', forgotten: { baseline: expect.any(Number) } })
  expect(all).toMatchObject({ route: null, forgotten: { baseline: expect.any(Number) } })
  expect(JSON.stringify(log)).not.toContain('not for the log')
})
