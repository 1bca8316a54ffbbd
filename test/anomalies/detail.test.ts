import { expect, test } from 'vitest'
import { Detail } from '#sentinel/anomalies/detail.js'
import { FEATURES } from '#sentinel/telemetry/features.js'

test('the published example has the features that are watched, in their units', () => {
  const examples = Detail.examples as readonly Detail[]
  for (const { contributions } of examples) {
    expect(contributions.map(({ feature, unit }) => [feature, unit])).toEqual(
      FEATURES.map(({ name, unit }) => [name, unit]),
    )
  }
  expect(examples).toHaveLength(1)
})
