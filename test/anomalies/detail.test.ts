import { expect, test } from 'vitest'
import { DETAIL_EXAMPLE, Detail, REASON_EXAMPLE } from '#sentinel/anomalies/detail.js'
import { reasonFor } from '#sentinel/explain/sentence/reason.js'
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

test('the published reason is the one that the example would get', () => {
  const { fitted_rows: fittedRows, ...detail } = DETAIL_EXAMPLE
  expect(reasonFor({ ...detail, anomalous: true, fittedRows, scope: 'route' })).toBe(REASON_EXAMPLE)
})
