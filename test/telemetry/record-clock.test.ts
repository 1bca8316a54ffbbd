import { describe, expect, test } from 'vitest'
import { RecordClock, recordTimeMs } from '#sentinel/telemetry/record-clock.js'

const MS = Date.UTC(2026, 10, 25, 10, 5, 3)

describe('the time of a record', () => {
  test.each([
    ['2026-11-25T10:05:03Z', MS],
    ['2026-11-25T12:05:03.000+02:00', MS],
    [String(MS / 1000), MS],
    [MS / 1000, MS],
    [MS, MS],
    [MS * 1e3, MS],
    [MS * 1e6, MS],
  ])('%s is read', (timestamp, ms) => {
    expect(recordTimeMs(timestamp)).toBe(ms)
  })

  test.each([undefined, '', 'yesterday', -1, '1e400', 1e300])('%s says nothing', (timestamp) => {
    expect(recordTimeMs(timestamp)).toBeNull()
  })
})

test('time goes on by 20 ms where a record does not say when it came, and never back', () => {
  const clock = new RecordClock()
  const seen = [undefined, undefined, MS, MS - 5000, undefined, 'nonsense'].map((timestamp) => {
    clock.see(timestamp)
    return clock.nowMs
  })
  expect(seen).toEqual([20, 40, MS, MS, MS + 20, MS + 40])
})
