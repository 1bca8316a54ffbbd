import { beforeEach, describe, expect, test } from 'vitest'
import {
  alerts,
  clock,
  EXPECTED,
  idOf,
  log,
  MINUTE,
  restarted,
  SLOW,
  sentinelOf,
  startAfresh,
  THREAT,
  taught,
} from './subject.js'

beforeEach(startAfresh)

describe('a restart', () => {
  test('keeps mutes, threats and the pause, with all that belongs to them', async () => {
    const before = await taught()
    before.operator.onAnomaly(idOf(before, SLOW), EXPECTED)
    before.judge(SLOW)
    const failing = { latency: 3, input_length: 40, errors: 40, route: '/health' }
    before.operator.onAnomaly(idOf(before, failing), THREAT)
    before.operator.pause(30)
    clock.nowMs += 29 * MINUTE
    const after = await restarted(before)
    expect(after.operator.listMutes()).toEqual(before.operator.listMutes())
    expect(after.operator.listNeverLearnt()).toEqual(before.operator.listNeverLearnt())
    expect(after.operator.learning()).toEqual(before.operator.learning())
    expect(after.detector.learningPaused).toBe(true)
    expect(alerts(after, SLOW)).toBe(false)
    clock.nowMs += MINUTE
    expect(after.operator.learning().paused).toBe(false)
    expect(after.detector.learningPaused).toBe(false)
    after.operator.end('mute-1')
    expect(after.operator.onAnomaly(idOf(after, SLOW), EXPECTED).mute?.id).toBe('mute-2')
  })

  test('after the pause has ended goes on learning', async () => {
    const before = await taught()
    before.operator.pause(30)
    clock.nowMs += 30 * MINUTE
    expect((await restarted(before)).detector.learningPaused).toBe(false)
  })

  test('a change of the words alone is a change of what is to be kept', async () => {
    const sentinel = await taught()
    const { operator } = sentinel
    const id = idOf(sentinel, SLOW)
    const words = [
      () => operator.onAnomaly(id, EXPECTED),
      () => operator.end('mute-1'),
      () => operator.pause(1),
      () => operator.reset('/upload'),
      () => operator.changed(),
    ]
    for (const word of words) {
      const before = operator.revision
      word()
      expect(operator.revision).not.toBe(before)
    }
  })

  test('leaves out what is no mute, and says so', async () => {
    const before = await taught()
    before.operator.onAnomaly(idOf(before, SLOW), EXPECTED)
    const state = before.operator.capture()
    const [mute] = state.mutes.patterns
    const patterns = [mute, { ...mute, limit: 'x' }, { ...mute, until: 'soon' }, null, 7] as (typeof mute)[]
    const after = await sentinelOf()
    log.length = 0
    after.operator.restore({ ...state, mutes: { next: 2, patterns } } as typeof state)
    expect(after.operator.listMutes()).toEqual([mute])
    expect(log).toMatchObject([{ level: 'warn', fields: { leftOut: 4 } }])
    for (const nothing of [null, {}, { mutes: 5, pausedUntil: 'x' }])
      after.operator.restore(nothing as unknown as typeof state)
    expect(after.operator.listMutes()).toEqual([])
  })
})
