import fc from 'fast-check'

const count = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(-1, 0.5, 1e300, '1', null, true, [], {}))
const quantity = fc.oneof(
  fc.double(),
  fc.constantFrom(-0, 5e-324, 1.7e308, 'NaN', null, false, [1], { a: 1 }),
)
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', '\u0000', '\ud800', '__proto__', '{{7*7}}', '../../etc/passwd', 'x'.repeat(3000)),
)

/** Valid all the same, however deep. */
const nested = fc.nat(80).map((depth) => JSON.parse('['.repeat(depth + 1) + ']'.repeat(depth + 1)) as object)

/** Near enough to a record that some are, and wrong in every way that a field can be. */
const nearRecord = fc.record(
  {
    latency: quantity,
    input_length: count,
    errors: count,
    route: fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue() }),
    user_id: fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: fc.jsonValue() }),
    timestamp: fc.oneof(text, fc.double(), fc.jsonValue()),
    extra: fc.oneof(fc.jsonValue(), nested),
  },
  { requiredKeys: [] },
)
export const goodRecord = fc.record({
  latency: fc.double({ min: 0, max: 1e9, noNaN: true }),
  input_length: fc.nat(),
  errors: fc.nat(9),
})
export const json = fc
  .oneof(
    { weight: 3, arbitrary: goodRecord },
    { weight: 4, arbitrary: nearRecord },
    { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 6 }) },
  )
  .map((value) => JSON.stringify(value))

/** JSON that somebody cut, doubled, or wrote by hand. */
export const brokenJson = fc
  .tuple(json, fc.nat(200), fc.constantFrom('cut', 'twice', 'nest', 'proto', 'huge'))
  .map(([body, at, how]) => {
    switch (how) {
      case 'cut':
        return body.slice(0, at)
      case 'twice':
        return body + body
      case 'nest':
        return '['.repeat(at * 40) + body
      case 'proto':
        return `{"__proto__":${body},"constructor":{"prototype":${body}}}`
      default:
        return `{"latency":1e${at * 9},"input_length":${'9'.repeat(at + 1)},"errors":0}`
    }
  })
export const headerText = fc.string({
  unit: fc.constantFrom(...'aZ09 -_=;,*/"\\\u0080\u00ff\t'),
  maxLength: 60,
})
export const rarely = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 3, nil: undefined })
