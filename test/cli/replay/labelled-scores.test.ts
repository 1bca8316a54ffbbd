import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LabelledScores } from '#sentinel/cli/replay/labelled-scores.js'
import { auroc, averagePrecision } from '#sentinel/cli/replay/ranking.js'

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 500 }), fc.boolean()), { minLength: 1 })

test('ranks as a list of all scores does where scores are not nearly alike', () => {
  fc.assert(
    fc.property(rows, (made) => {
      const scores = new LabelledScores()
      for (const [score, positive] of made) scores.add(score / 7, positive)
      const all = made.map(([score]) => score / 7)
      const labels = made.map(([, positive]) => Number(positive))
      expect(scores.auroc).toEqual(auroc(all, labels))
      expect(scores.averagePrecision).toEqual(averagePrecision(all, labels))
      expect([scores.size, scores.positives]).toEqual([made.length, labels.filter(Boolean).length])
    }),
  )
})

test('hundreds of thousands of scores hardly move the figures by being rounded', () => {
  const scores = new LabelledScores()
  const [all, labels]: [number[], number[]] = [[], []]
  for (let i = 0; i < 200_000; i++) {
    const positive = i % 50 === 0
    const score = 1 - Math.log(((i * 7919) % 200_003) / 200_003 + 1e-6) + (positive ? 1.5 : 0)
    scores.add(score, positive)
    all.push(score)
    labels.push(Number(positive))
  }
  expect(scores.auroc).toBeCloseTo(auroc(all, labels), 4)
  expect(scores.averagePrecision).toBeCloseTo(averagePrecision(all, labels), 4)
})
