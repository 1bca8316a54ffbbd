import { expect, test } from 'vitest'
import { alterationOf, altered } from '#sentinel/cli/prove/alteration.js'
import { readProveOptions } from '#sentinel/cli/prove/options.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'

const RECORD = { latency: 1.5, input_length: 7, errors: 0, route: '/a' }

test.each([
  ['latency x10', { latency: 15 }],
  ['latency * 2, errors + 1', { latency: 3, errors: 1 }],
  ['input_length x1.5', { input_length: 11 }],
  // It would be the same record.
  ['errors x5', null],
])('a copy is altered: %s', (text, changes) => {
  expect(altered(RECORD, alterationOf(text, REQUEST_TELEMETRY))).toEqual(changes && { ...RECORD, ...changes })
})

test.each(['latency', 'latency x', 'latency -1', 'cpu x2', 'latency x2 errors +1', ''])(
  'what is no change is refused: %j',
  (text) => {
    expect(() => alterationOf(text, REQUEST_TELEMETRY)).toThrow(
      'a change must be latency, input_length, errors with x',
    )
  },
)

test('a requirement that is asked for is tried in place of the usual change of its name', () => {
  const options = readProveOptions([
    'a',
    '--require',
    'latency  x10>=.9',
    '--require',
    'errors +3 >= 1',
    '--max-alerts',
    '2/1000',
  ])
  expect(options?.alterations.map(({ name }) => name)).toEqual([
    'latency x2',
    'latency x4',
    'input_length x5',
    'errors +1',
    'latency x4, errors +1',
    'latency x10',
    'errors +3',
  ])
  expect(options?.requirements.map(({ share }) => share)).toEqual([0.9, 1])
  expect(options?.maxAlerts).toBe(0.002)
})

test.each([
  [[], 'needs a file'],
  [['a', '--require', 'latency x2 >= 2'], '--require must be'],
  [['a', '--max-alerts', '3/2'], '--max-alerts must be'],
  [['a', '--every', '0'], '--every must be'],
])('a call that cannot be meant is refused: %j', (args, message) => {
  expect(() => readProveOptions(args)).toThrow(message)
})
