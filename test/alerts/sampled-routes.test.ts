import { describe, expect, test } from 'vitest'
import type { Alerts } from '#sentinel/alerts/alerts.js'
import { settled } from '#sentinel/state/late.js'
import { gaussian, mulberry32 } from '../../made-up/random.js'
import { alertsWith } from './subject.js'

const MINUTE = 60_000
/** What the forest makes of it says nothing here: each side has to be seen by its values. */
const ORDINARY_SCORE = 0.4

/** Values of one route at the times that its gaps say. */
class Series {
  readonly alerts: Alerts
  readonly #random = mulberry32(7)
  readonly #normals = mulberry32(8)
  readonly #gap: (uniform: number) => number
  ms = 0

  constructor(gap: (uniform: number) => number, alerts = alertsWith()) {
    this.#gap = gap
    this.alerts = alerts
  }

  /** Judges so many values about a level; returns -ln p of each. */
  play(count: number, level: number): number[] {
    return Array.from({ length: count }, () => {
      this.ms += this.#gap(this.#random.uniform())
      const score = ORDINARY_SCORE + 0.02 * this.#random.uniform()
      const values = [level * Math.exp(0.1 * gaussian(this.#normals)), 0]
      return this.alerts.judge({ route: 'cpu', score, values }, this.ms).surprise
    })
  }
}

/** A sample every five minutes, and requests as seldom as that. */
const evenly = (uniform: number): number => (5 + 0.2 * uniform) * MINUTE
const asRequestsCome = (uniform: number): number => -Math.log(1 - uniform) * 5 * MINUTE

describe('samples of a measure', () => {
  test.each([
    ['rise', 8, 'high'],
    ['fall', 1 / 8, 'low'],
  ] as const)('that %s are told of', (_, factor, direction) => {
    const series = new Series(evenly)
    series.play(1500, 50)
    expect(series.alerts.incidents()).toEqual([])
    series.play(4, 50 * factor)
    const [incident] = series.alerts.incidents()
    expect(incident).toMatchObject({ route: 'cpu', feature: 'latency', direction })
    expect(incident?.usual).toBeGreaterThan(40)
    expect(incident?.usual).toBeLessThan(60)
  })

  test('that stay at a new level are news for a few, and no longer', () => {
    const series = new Series(evenly)
    series.play(1500, 50)
    const surprises = series.play(40, 400)
    expect(Math.max(...surprises.slice(0, 3))).toBeGreaterThan(Math.log(1000))
    // One that lies a step beside the others is a kind of its own.
    expect(surprises.slice(3).filter((surprise) => surprise > Math.log(1000)).length).toBeLessThan(2)
    expect(Math.max(...surprises.slice(-10))).toBeLessThan(Math.log(50))
  })

  test('are known as such after a restart, too', () => {
    for (const before of [8, 400]) {
      const one = new Series(evenly)
      const other = new Series(evenly)
      one.play(before, 50)
      other.play(before, 50)
      const restored = alertsWith()
      restored.restore(settled(other.alerts.capture()))
      const gone = new Series(evenly, restored)
      gone.ms = one.ms
      const next = new Series(evenly, one.alerts)
      next.ms = one.ms
      for (const level of [50, 10, 50, 400]) expect(gone.play(200, level)).toEqual(next.play(200, level))
    }
  })
})

test('requests that come as seldom are not: a low value is left to the forest', () => {
  const series = new Series(asRequestsCome)
  series.play(1500, 50)
  series.play(10, 50 / 8)
  expect(series.alerts.incidents()).toEqual([])
  series.play(10, 50 * 8)
  expect(series.alerts.incidents()[0]).toMatchObject({ direction: 'high' })
})
