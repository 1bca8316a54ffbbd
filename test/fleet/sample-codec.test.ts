import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBatch, encodeBatch, SampleError } from '#sentinel/fleet/sample-codec.js'
import { Sampler } from '#sentinel/fleet/sampler.js'

const record = fc.record({
  route: fc.string({ maxLength: 30 }),
  atMs: fc.integer({ min: 0, max: 65_535 }),
  alerted: fc.boolean(),
  values: fc
    .array(fc.double({ noDefaultInfinity: true }), { minLength: 3, maxLength: 3 })
    .map((values) => Float64Array.from(values)),
})
const batch = fc.record({
  replica: fc.string({ maxLength: 40 }),
  judged: fc.nat(),
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

test('every record has the same chance to be in the sample, early or late', () => {
  let state = 1
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const sampler = new Sampler('one', 1, 20, random)
  const taken = new Float64Array(10)
  for (let round = 0; round < 2_000; round++) {
    for (let i = 0; i < 100; i++) sampler.judged('/', { values: [i], missing: null }, false)
    const { judged, records } = decodeBatch(sampler.take() ?? new Uint8Array(), 1)
    expect([judged, records.length]).toEqual([100, 20])
    for (const { values } of records) {
      const tenth = Math.floor((values[0] as number) / 10)
      taken[tenth] = (taken[tenth] as number) + 1
    }
  }
  for (const count of taken) expect(Math.abs(count - 4_000)).toBeLessThan(250)
  expect(sampler.take()).toBeNull()
})
