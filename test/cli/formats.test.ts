import { expect, test } from 'vitest'
import type { Format } from '#sentinel/cli/formats/format.js'
import { FORMATS, formatOf } from '#sentinel/cli/formats/formats.js'
import { UsualSizes } from '#sentinel/telemetry/usual-sizes.js'

const NGINX =
  '{"time_iso8601":"2026-01-01T00:00:00+00:00","request_method":"POST","uri":"/cart/7","status":"502","request_length":"512","request_time":"0.120, 0.250"}'
const CADDY =
  '{"level":"info","ts":1767225600.5,"logger":"http.log.access","msg":"handled request","request":{"method":"GET","uri":"/a?token=x","headers":{}},"bytes_read":12,"duration":0.0125,"size":10900,"status":200}'
const ENVOY =
  '{"start_time":"2026-01-01T00:00:00.000Z","method":"GET","path":"/a/b?c=d","response_code":404,"bytes_received":-0,"duration":42,"route_name":"-"}'
const COMBINED =
  '203.0.113.9 - frank [01/Jan/2026:00:00:00 +0100] "GET /a/b?c=\\"d HTTP/1.1" 500 2326 "http://x/ 1.5" "curl/8 \\"x\\""'

const recordOf = (format: Format, line: string) =>
  format.open({ label: 'label', sizes: new UsualSizes() })(line)?.record

test.each([
  [
    'nginx-json',
    NGINX,
    { latency: 250, input_length: 512, errors: 1, route: '/cart/7', timestamp: '2026-01-01T00:00:00+00:00' },
  ],
  ['caddy', CADDY, { latency: 12.5, input_length: 12, errors: 0, route: '/a', timestamp: 1767225600.5 }],
  [
    'envoy',
    ENVOY,
    { latency: 42, input_length: 0, errors: 0, route: '/a/b', timestamp: '2026-01-01T00:00:00.000Z' },
  ],
  [
    'combined',
    `${COMBINED} 0.123`,
    { latency: 123, input_length: 0, errors: 1, route: '/a/b', timestamp: '2026-01-01T00:00:00+01:00' },
  ],
  [
    'combined',
    `${COMBINED} 1234567`,
    { latency: 1235, input_length: 0, errors: 1, route: '/a/b', timestamp: '2026-01-01T00:00:00+01:00' },
  ],
  [
    'combined',
    COMBINED,
    { latency: 0, input_length: 0, errors: 1, route: '/a/b', timestamp: '2026-01-01T00:00:00+01:00' },
  ],
  [
    'ndjson',
    '{"latency":1,"input_length":2,"errors":3,"extra":[4]}',
    { latency: 1, input_length: 2, errors: 3, extra: [4] },
  ],
] as const)('%s is recognised and read', (name, line, record) => {
  expect(formatOf(line)).toBe(FORMATS[name])
  expect(recordOf(FORMATS[name], line)).toEqual(record)
})

test.each([',', ';', '\t'])('a table has named columns in any order, separated by %j', (separator) => {
  const row = (...cells: string[]) => cells.join(separator)
  const names = row('route', 'Latency', 'errors', 'host', 'label', 'input_length')
  expect(formatOf(names)).toBe(FORMATS.csv)
  const read = FORMATS.csv.open({ label: 'label', sizes: new UsualSizes() })
  expect(read(names)).toBeNull()
  expect(read(row('/a', '1.5', '0', `"a${separator} ""b"""`, 'attack', '7'))).toEqual({
    record: { route: '/a', latency: 1.5, errors: 0, input_length: 7 },
    label: true,
  })
  expect(read(row('', '1.5', '0', 'b', '0', '7'))).toEqual({
    record: { latency: 1.5, errors: 0, input_length: 7 },
    label: false,
  })
  expect(() => read(row('/a', '1,5x', '0', 'b', '', '7'))).toThrow(/latency must be a number|cells/)
  expect(() => read(row('/a', '1'))).toThrow('it has 2 cells, and the first line 6')
  expect(() => read(row('/a', '1', '0', '"b', '', '7'))).toThrow('a quote is not closed')
})

test.each([
  ['ndjson', '{"latency":', 'not valid JSON'],
  ['ndjson', '[1]', 'must be a JSON object'],
  ['caddy', '{"request":{}}', 'duration must be a finite number'],
  ['nginx-json', '{"request_time":"soon"}', 'request_time must be a finite number'],
  ['combined', 'hello', 'no line of the combined log format'],
  ['combined', COMBINED.replace('Jan', 'Foo'), 'its time cannot be read'],
  ['csv', 'latency,route', 'no column input_length, errors'],
] as const)('%s says what is wrong with a line', (name, line, message) => {
  expect(() => FORMATS[name].open({ label: 'label', sizes: new UsualSizes() })(line)).toThrow(message)
})

test('what is none of these is not recognised', () => {
  for (const line of ['hello world', '{}', '<log/>', 'a,b,c']) expect(formatOf(line)).toBeNull()
})

test('Caddy before 2.7 says the size of a request in its headers', () => {
  const line = CADDY.replace('"bytes_read":12,', '').replace(
    '"headers":{}',
    '"headers":{"Content-Length":["34"]}',
  )
  expect(recordOf(FORMATS.caddy, line)?.input_length).toBe(34)
})

test.each([
  [
    'nginx-json',
    (size: string) => `{"request_time":"0.1","status":"200","uri":"/a","content_length":"${size}"}`,
  ],
  ['envoy', (size: string) => `{"duration":1,"response_code":200,"path":"/a","bytes_received":"${size}"}`],
] as const)(
  '%s: a size that is missing is the usual one of its route, and never an odd one',
  (name, line) => {
    const read = FORMATS[name].open({ label: 'label', sizes: new UsualSizes() })
    const sizeOf = (size: string) => read(line(size))?.record.input_length
    // Nothing is known yet.
    expect(sizeOf('-')).toBe(0)
    for (const size of ['900', '1000', '50000']) expect(sizeOf(size)).toBe(Number(size))
    for (const missing of ['-', '', '-1']) expect(sizeOf(missing)).toBe(1000)
    // None is a size, too.
    expect(sizeOf('0')).toBe(0)
  },
)
