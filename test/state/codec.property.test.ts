import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import type { StateValue } from '#sentinel/state/section.js'
import { extent } from '../chaos/extent.js'

const array = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint32Array({ maxLength: 10 }),
  fc.float32Array({ maxLength: 10 }),
  fc.float64Array({ maxLength: 10 }),
)
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
const { state } = fc.letrec<{ state: StateValue }>((tie) => ({
  state: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    number,
    fc.string({ unit: 'binary' }),
    array,
    fc.array(tie('state'), { maxLength: 5 }),
    fc.dictionary(fc.string({ minLength: 2 }), tie('state'), { maxKeys: 5, noNullPrototype: true }),
  ),
}))

const SEEDED = { seed: 7 }

test('what was encoded is decoded as it was', () => {
  fc.assert(
    fc.property(state, (value) => {
      expect(decodeState(encodeState(value))).toEqual(value)
    }),
    { ...SEEDED, numRuns: extent(500, 150) },
  )
})

test('a change of any bit, a cut and an addition are found', () => {
  const bytes = encodeState({ rows: Float32Array.of(1, 2, 3), names: ['latency', 'errors'], n: 7 })
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = Buffer.from(bytes)
    damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(() => decodeState(damaged)).toThrow(expect.objectContaining({ code: 'SENTINEL_BAD_STATE' }))
  }
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decodeState(bytes.subarray(0, length))).toThrow(
      /no state of the service|bytes \d+ are there/,
    )
  }
  expect(() => decodeState(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow(/are there/)
})

test('bytes of any kind are refused without harm', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(() => decodeState(Buffer.from(bytes))).toThrow('this is no state of the service')
    }),
    { ...SEEDED, numRuns: extent(500, 150) },
  )
})

test('a state of another version is refused by name', () => {
  const bytes = encodeState({})
  bytes[8] = 3
  expect(() => decodeState(bytes)).toThrow('its version is 3, and 2 is read here')
})
