import { expect, test } from 'vitest'
import { Episodes, isWithin } from '#sentinel/alerts/habits/episodes.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const START = Date.UTC(2026, 0, 5)

/** Episodes that were noted at these times, each for so long. */
function noted(
  times: readonly number[],
  lastsMs = 2 * MINUTE,
  far: (i: number) => number = () => 2,
): Episodes {
  const episodes = new Episodes()
  for (const [i, ms] of times.entries())
    for (let at = 0; at <= lastsMs; at += MINUTE) episodes.note(ms + at, far(i))
  return episodes
}

const every = (periodMs: number, times: number): number[] =>
  Array.from({ length: times }, (_, i) => START + 5 * MINUTE + i * periodMs)

test.each([
  ['hour', HOUR, 4, 3 * MINUTE],
  ['day', DAY, 2, 45 * MINUTE],
  ['week', 7 * DAY, 2, 90 * MINUTE],
] as const)('what came at the same time of each %s is a habit of it', (name, periodMs, times, slackMs) => {
  const due = START + 5 * MINUTE + times * periodMs
  expect(noted(every(periodMs, times)).periodAt(due)).toBe(name)
  expect(noted(every(periodMs, times - 1)).periodAt(due - periodMs)).toBeNull()
  const episodes = noted(every(periodMs, times))
  expect(episodes.habitual(due)).toBe(2)
  expect(episodes.habitual(due - slackMs)).toBe(2)
  expect(episodes.habitual(due - slackMs - 1)).toBe(-1)
  expect(episodes.habitual(due + 2 * MINUTE + slackMs)).toBe(2)
  expect(episodes.habitual(due + 2 * MINUTE + slackMs + 1)).toBe(-1)
})

test('it may fail to come once, and no oftener', () => {
  const times = every(HOUR, 6)
  const without = (...missed: number[]): number[] => times.filter((_, i) => !missed.includes(i))
  const due = START + 5 * MINUTE + 6 * HOUR
  expect(noted(without(3)).habitual(due)).toBe(2)
  expect(noted(without(3, 5)).habitual(due)).toBe(-1)
})

test('it may go as far as it went as often as it takes, and half as far again', () => {
  const far = noted(every(HOUR, 5), MINUTE, (i) => 1 + i).habitual(START + 5 * MINUTE + 5 * HOUR)
  // Of 1, 2, 3, 4 and 5 it went 2 at least four times.
  expect(far).toBe(2)
  expect(isWithin(2 + Math.log(1.5), far)).toBe(true)
  expect(isWithin(2.5, far)).toBe(false)
  expect(isWithin(0, -1)).toBe(false)
})

test('what takes too much of the time is no habit', () => {
  const due = START + 5 * MINUTE + 5 * HOUR
  expect(noted(every(HOUR, 5), 9 * MINUTE).habitual(due)).toBe(2)
  expect(noted(every(HOUR, 5), 10 * MINUTE).habitual(due)).toBe(-1)
  const days = START + 5 * MINUTE + 3 * DAY
  expect(noted(every(DAY, 3), 12 * HOUR).periodAt(days)).toBe('day')
  expect(noted(every(DAY, 3), 12 * HOUR + MINUTE).periodAt(days)).toBeNull()
  const always = new Episodes()
  for (let ms = START; ms < due; ms += MINUTE) always.note(ms, 2)
  expect(always.habitual(due)).toBe(-1)
})

test('pieces of one long attack are no habit of the hour', () => {
  const pieces = new Episodes()
  for (let ms = 0; ms < 6 * HOUR; ms += MINUTE)
    if (ms % (25 * MINUTE) < 12 * MINUTE) pieces.note(START + ms, 2)
  for (let ms = 6 * HOUR; ms < 7 * HOUR; ms += MINUTE) expect(pieces.habitual(START + ms)).toBe(-1)
})

test('what comes a little late is noted at the time that it had, so that it does not spread from hour to hour', () => {
  const episodes = noted(every(HOUR, 4))
  for (let hour = 4; hour < 20; hour++) {
    const due = START + hour * HOUR + 5 * MINUTE
    // Rare records of others, from three minutes before to three minutes after.
    for (let ms = -3 * MINUTE; ms <= 5 * MINUTE; ms += 30_000) {
      expect(episodes.habitual(due + ms)).toBe(2)
      episodes.renew(due + ms, 2)
    }
  }
  const captured = episodes.capture()
  for (let i = 0; i < captured.length; i += 3)
    expect((captured[i + 1] as number) - (captured[i] as number)).toBe(2 * MINUTE)
})

test('a night with pauses is one episode', () => {
  const nights = new Episodes()
  for (const night of [0, 1])
    for (let ms = 22 * HOUR; ms < 30 * HOUR; ms += 9 * MINUTE) nights.note(START + night * DAY + ms, 3)
  expect(nights.capture()).toHaveLength(6)
  expect(nights.periodAt(START + 2 * DAY + 26 * HOUR)).toBe('day')
  expect(nights.periodAt(START + 2 * DAY + 20 * HOUR)).toBeNull()
  expect(nights.periodAt(START + 2 * DAY + 31 * HOUR)).toBeNull()
})

test('a clock that is set back makes no new episode', () => {
  const episodes = new Episodes()
  episodes.note(START + HOUR, 1)
  episodes.note(START, 2)
  expect(episodes.capture()).toEqual(Float64Array.of(START + HOUR, START + HOUR, 2))
})

test('the last episodes are kept, and go on after a capture', () => {
  const episodes = noted(every(HOUR, 40), 0)
  const captured = episodes.capture()
  expect(captured).toHaveLength(96)
  expect(captured[0]).toBe(START + 5 * MINUTE + 8 * HOUR)
  const restored = new Episodes()
  restored.restore(captured)
  expect(restored.capture()).toEqual(captured)
  for (const one of [episodes, restored]) one.note(START + 5 * MINUTE + 40 * HOUR, 3)
  expect(restored.capture()).toEqual(episodes.capture())
  expect(restored.lastMs).toBe(START + 5 * MINUTE + 40 * HOUR)
})

test.each([
  ['half an episode', 4],
  ['too many', 99],
])('%s is none', (_, length) => {
  expect(() => new Episodes().restore(new Float64Array(length))).toThrow('its episodes are none')
})

test('what comes within ten minutes goes on, and what comes later begins anew', () => {
  const episodes = new Episodes()
  episodes.note(START, 1)
  episodes.note(START + 10 * MINUTE, 1)
  expect(episodes.capture()).toHaveLength(3)
  episodes.note(START + 20 * MINUTE + 1, 1)
  expect(episodes.capture()).toHaveLength(6)
})

test('pieces of nights with few records make room for each other, with the farthest of them', () => {
  const episodes = new Episodes()
  // Ten pieces a night, twenty minutes apart; in the first night the second goes farthest.
  for (const night of [0, 1, 2, 3])
    for (let i = 0; i < 10; i++)
      episodes.note(START + night * DAY + i * 20 * MINUTE, night === 0 && i === 1 ? 5 : 2)
  const captured = episodes.capture()
  expect(captured.length).toBeLessThanOrEqual(96)
  expect([captured[0], captured[2]]).toEqual([START, 5])
  expect(captured.at(-2)).toBe(START + 3 * DAY + 180 * MINUTE)
})
