import { expect, test } from 'vitest'
import { DifferencePolicy } from '#sentinel/detector/baseline/difference-policy.js'
import { parseFeaturePolicies } from '#sentinel/detector/baseline/policy.js'
import type { FeaturePolicies } from '#sentinel/telemetry/feature-policy.js'
import { FEATURES } from '#sentinel/telemetry/features.js'

test('reads direction and ignored differences by feature', () => {
  const json = '{"latency":{"direction":"high","ignore":20,"ignoreRelative":0.1},"errors":{"ignore":1}}'
  const policy = new DifferencePolicy(FEATURES, parseFeaturePolicies(json, FEATURES))
  expect(policy.excuses(0, 1, 100)).toBe(true)
  expect(policy.excuses(0, 119, 100)).toBe(true)
  expect(policy.excuses(0, 121, 100)).toBe(false)
  expect(policy.excuses(0, 1090, 1000)).toBe(true)
  expect(policy.excuses(0, 1101, 1000)).toBe(false)
  expect(policy.excuses(1, 1e9, 1)).toBe(false)
  expect(policy.excuses(2, 1, 0)).toBe(true)
  expect(policy.excuses(2, 2, 0)).toBe(false)
})

test('low looks at values below the median only', () => {
  const policy = new DifferencePolicy(FEATURES, { latency: { direction: 'low' } })
  expect(policy.excuses(0, 1000, 10)).toBe(true)
  expect(policy.excuses(0, 1, 10)).toBe(false)
})

test('is strict where it excuses nothing', () => {
  const strict = (policies: FeaturePolicies) => new DifferencePolicy(FEATURES, policies).strict
  expect(strict({})).toBe(true)
  expect(strict({ latency: { direction: 'both', ignore: 0 } })).toBe(true)
  expect(strict({ errors: { direction: 'low' } })).toBe(false)
  expect(strict({ errors: { direction: 'high' } })).toBe(false)
  expect(strict({ errors: { ignore: 1 } })).toBe(false)
  expect(strict({ errors: { ignoreRelative: 0.1 } })).toBe(false)
})

test.each([
  ['{', 'not JSON'],
  ['[]', 'wrong at /'],
  ['{"latency":{"direction":"up"}}', '/latency/direction'],
  ['{"latency":{"ignore":-1}}', '/latency/ignore'],
  ['{"latency":{"band":1}}', '/latency/band'],
  ['{"speed":{}}', '"speed"'],
])('%s is refused, saying where', (json, said) => {
  expect(() => parseFeaturePolicies(json, FEATURES)).toThrow(said)
})
