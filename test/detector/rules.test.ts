import { expect, test } from 'vitest'
import { judgeByRules } from '#sentinel/detector/rules.js'
import { FEATURES } from '#sentinel/telemetry/features.js'

const limits = { latency: 5000, errors: 5, input_length: 10_000 }

test('a value at its limit is no threat and scores one half', () => {
  const verdict = judgeByRules(FEATURES, limits, [5000, 0, 0])
  expect(verdict).toMatchObject({ anomalous: false, score: 0.5, detector: 'learning', exceeded: [] })
})

test('the worst ratio gives the score, and every exceeded rule is named, worst first', () => {
  const verdict = judgeByRules(FEATURES, limits, [10_000, 90_000, 1])
  expect(verdict.anomalous).toBe(true)
  expect(verdict.detector).toBe('heuristic')
  expect(verdict.score).toBeCloseTo(0.9, 12)
  expect(verdict.confidence).toBe(verdict.score)
  expect(verdict.exceeded.map((rule) => rule.feature)).toEqual(['input_length', 'latency'])
})

test('a feature without a rule never decides', () => {
  expect(judgeByRules(FEATURES, {}, [1e9, 1e9, 1e9])).toMatchObject({ anomalous: false, score: 0 })
})
