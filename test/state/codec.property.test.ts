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

test('an array under any name is decoded as it was, and changes no prototype', () => {
  const value = JSON.parse('{"__proto__": 1, "a": {"__proto__": 2}}')
  for (const holder of [value, value.a])
    Object.defineProperty(holder, '__proto__', { value: Float64Array.of(1, 2), enumerable: true })
  const decoded = decodeState(encodeState(value)) as { a: object }
  for (const holder of [decoded, decoded.a]) {
    expect(Object.getPrototypeOf(holder)).toBe(Object.prototype)
    expect(Object.getOwnPropertyDescriptor(holder, '__proto__')?.value).toEqual(Float64Array.of(1, 2))
  }
})

test('arrays are copies, or views of the bytes where that is asked for and they are aligned', () => {
  const rows = Float64Array.of(1, 2, 3)
  const bytes = encodeState([rows])
  const unaligned = Buffer.concat([Buffer.alloc(1), bytes]).subarray(1)
  const [copied] = decodeState(bytes) as [Float64Array]
  const [shared] = decodeState(bytes, 'shared') as [Float64Array]
  const [moved] = decodeState(unaligned, 'shared') as [Float64Array]
  expect([copied, shared, moved]).toEqual([rows, rows, rows])
  bytes.fill(0)
  unaligned.fill(0)
  expect([copied, shared, moved]).toEqual([rows, new Float64Array(3), rows])
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
