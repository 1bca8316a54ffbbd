import { expect, test } from 'vitest'
import { ScoreScale } from '#sentinel/alerts/rarity/score-scale.js'

const ascending = (lowest: number, width: number): Float64Array =>
  Float64Array.from({ length: 1000 }, (_, i) => lowest + width * (i / 1000) ** 2)

/** The score whose x = -log2(1 - score) is this. */
const ofX = (x: number): number => 1 - 2 ** -x

const placeOf = (scale: ScoreScale, score: number): number => {
  scale.score = score
  scale.place()
  return scale.z
}

test('a record has the same place in two generations whose scores are stretched and moved on the x scale', () => {
  const one = new ScoreScale()
  one.adopt(ascending(0.5, 1).map(ofX))
  const other = new ScoreScale()
  other.adopt(ascending(0.9, 3).map(ofX))
  for (const x of [0.51, 0.7, 1, 1.3, 1.49, 1.6, 3, 8])
    expect(placeOf(other, ofX(0.9 + 3 * (x - 0.5)))).toBeCloseTo(placeOf(one, ofX(x)), 6)
})

test('the place never falls with the score and grows strictly beyond the top tenth', () => {
  const scale = new ScoreScale()
  scale.adopt(ascending(0.3, 0.4))
  let last = -1
  for (let score = 0.2; score < 0.9999; score += 0.0007) {
    const place = placeOf(scale, score)
    if (score > 0.65) expect(place).toBeGreaterThan(last)
    else expect(place).toBeGreaterThanOrEqual(last)
    last = place
  }
})

test('the place is -ln of the rank among the rows, to the row, up to their top tenth', () => {
  const scale = new ScoreScale()
  for (const n of [1, 2, 3, 10, 999, 1000]) {
    const scores = Float64Array.from({ length: n }, (_, i) => 0.3 + (0.4 * (i - (i % 3))) / n)
    scale.adopt(scores)
    for (let score = 0.29; score < 0.72; score += 0.0013) {
      if (score > (scores[n - Math.max(1, Math.round(n / 10))] as number)) break
      const above = scores.filter((each) => each >= score).length
      expect(placeOf(scale, score)).toBe(Math.min(Math.log((n + 1) / (1 + above)), Math.LN10))
    }
  }
})

test('is in place from the first score on, however few and however equal', () => {
  const scale = new ScoreScale()
  scale.adopt(Float64Array.of(0.5, 0.5))
  expect(placeOf(scale, 0.5)).toBe(0)
  expect(Number.isFinite(placeOf(scale, 1))).toBe(true)
})
