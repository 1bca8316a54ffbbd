import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBatch, encodeBatch, SampleError } from '#sentinel/fleet/samples/sample-codec.js'

const record = fc.record({
  route: fc.string({ maxLength: 30 }),
  atMs: fc.integer({ min: 0, max: 65_535 }),
  alerted: fc.boolean(),
  expected: fc.boolean(),
  rare: fc.boolean(),
  beside: fc.boolean(),
  values: fc
    .array(fc.double({ noDefaultInfinity: true }), { minLength: 3, maxLength: 3 })
    .map((values) => Float64Array.from(values)),
})
const batch = fc.record({
  replica: fc.string({ maxLength: 40 }),
  judged: fc.nat(),
  rare: fc.nat(),
  spanMs: fc.nat(100_000),
  records: fc.array(record, { maxLength: 30 }),
})

test('a batch is read as it was written', () => {
  fc.assert(
    fc.property(batch, (sent) => {
      expect(decodeBatch(encodeBatch(sent, 3), 3)).toEqual(sent)
    }),
    { seed: 23 },
  )
})

test('bytes that are cut off, changed or of other features are refused or read, and nothing else', () => {
  fc.assert(
    fc.property(batch, fc.nat(), fc.integer({ min: 0, max: 255 }), (sent, at, byte) => {
      const bytes = encodeBatch(sent, 3)
      expect(() => decodeBatch(bytes.subarray(0, at % bytes.length), 3)).toThrow(SampleError)
      expect(() => decodeBatch(bytes, 4)).toThrow(SampleError)
      const changed = bytes.slice()
      changed[at % bytes.length] = byte
      try {
        for (const { values } of decodeBatch(changed, 3).records) expect(values).toHaveLength(3)
      } catch (error) {
        expect(error).toBeInstanceOf(SampleError)
      }
    }),
    { seed: 23 },
  )
})
