import { Ajv } from 'ajv'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Environment, type Variable } from '#sentinel/config/schema.js'
import { readValue, type VariableSchema } from '#sentinel/config/variable-value.js'

const ajv = new Ajv({ coerceTypes: true, keywords: ['allowed', 'restart'] })
const VARIABLES = Object.keys(Environment.properties) as Variable[]

/** What Ajv makes of a text. It reads 1e999 as Infinity and lets that pass, whatever the maximum. */
function byAjv(name: Variable): (text: string) => unknown {
  const isRead = ajv.compile({ type: 'object', properties: { [name]: Environment.properties[name] } })
  return (text) => {
    const read = { [name]: text }
    const value: unknown = isRead(read) ? read[name] : undefined
    return typeof value === 'number' && !Number.isFinite(value) ? undefined : value
  }
}

/** What there is to be said by the schemas, and what is nearly that. */
const choices = VARIABLES.flatMap((name) => {
  const { anyOf = [] }: VariableSchema = Environment.properties[name]
  return anyOf.flatMap((one) => (typeof one.const === 'string' ? [one.const] : []))
})
const written = [
  ...['true', 'false', 'TRUE', 'yes', 'null', 'Infinity', '-Infinity', 'NaN', '1e999', '-1e999', '*', '{}'],
  ...[
    '0',
    '-0',
    '-1',
    '1',
    '1.0',
    '1.5',
    '.5',
    '5.',
    '+5',
    '0x10',
    '0b11',
    '1e3',
    '1_000',
    '1e-7',
    '007',
    '1 2',
  ],
  ...['65535', '65536', '0.5', '0.500001', '1e12', '1000000000001', '4294967295', '4294967296'],
  ...[
    'localhost',
    '0.0.0.0',
    '::',
    '[::1]:80',
    'a/b',
    'a b',
    'http://a.example',
    'https://a.example,b',
    '600',
  ],
  ...['redis://a:6379', 'a'.repeat(4096), 'a'.repeat(4097), '\u{1f600}'.repeat(107), '\u{1f600}'.repeat(108)],
]
const texts = fc
  .oneof(
    fc.constantFrom(...choices, ...written),
    fc.double().map(String),
    fc.integer().map(String),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
  )
  .map((text) => text.trim())
  .filter((text) => text !== '')

describe('the value of a variable', () => {
  test.each(VARIABLES)('%s is what Ajv makes of it', (name) => {
    const expected = byAjv(name)
    for (const text of [...choices, ...written])
      expect(readValue(Environment.properties[name], text), text).toBe(expected(text))
    fc.assert(
      fc.property(texts, (text) => {
        expect(readValue(Environment.properties[name], text)).toBe(expected(text))
      }),
      { seed: 20260101, numRuns: 200 },
    )
  })
})
