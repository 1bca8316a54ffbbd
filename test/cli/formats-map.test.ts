import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { FORMATS } from '#sentinel/cli/formats/formats.js'
import { type LineMap, mapAndConfig, readLineMap } from '#sentinel/cli/formats/line-map.js'
import { UsualSizes } from '#sentinel/telemetry/usual-sizes.js'

const folder = mkdtempSync(join(tmpdir(), 'sentinel-map-'))
afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(text: string): string {
  const path = join(folder, 'map.yaml')
  writeFileSync(path, text)
  return path
}

function recordsOf(map: LineMap, ...lines: string[]): unknown[] {
  const { telemetry } = map
  const read = map
    .formatOf(lines[0] as string, null)
    .open({ label: 'label', telemetry, sizes: new UsualSizes() })
  return lines.flatMap((line) => {
    try {
      const reading = read(line)
      return reading === null ? [] : reading.record
    } catch (error) {
      return (error as Error).message
    }
  })
}

const REQUESTS = `
telemetry:
  route: /req/path | /path
  timestamp: /at
  features:
    - { name: latency, from: /up/time | /seconds, unit: ms, times: 1000, coerce: true, several: sum }
    - { name: input_length, from: /bytes, coerce: true, missing: median, absent: [-1, none] }
    - { name: errors, from: "any(status>=500, aborted=true)" }
`

test('units, nested fields, several numbers in one field, and what stands for none make requests', () => {
  const map = readLineMap(fileOf(REQUESTS), false)
  const lines = [
    {
      up: { time: '0.003, 0.012 : -' },
      bytes: '900',
      status: '200',
      req: { path: '/a?token=x' },
      at: 1767225600,
    },
    { up: { time: '-' }, seconds: 2, bytes: '-1', status: 502, path: 'GET /a HTTP/1.1' },
    { seconds: '0.5', bytes: 'none', status: 200, aborted: true, path: '/b' },
    { seconds: '0.5', bytes: '-', path: '/a' },
    { bytes: 1, path: '/a' },
    { seconds: 'soon', path: '/a' },
  ]
  expect(recordsOf(map, ...lines.map((line) => JSON.stringify(line)))).toEqual([
    { latency: 15, input_length: 900, errors: 0, route: '/a', timestamp: 1767225600 },
    { latency: 2000, input_length: 900, errors: 1, route: '/a' },
    { latency: 500, input_length: 0, errors: 1, route: '/b' },
    { latency: 500, input_length: 900, errors: 0, route: '/a' },
    expect.stringContaining('up.time or seconds must be a finite number'),
    expect.stringContaining('up.time or seconds must be a finite number'),
  ])
})

test('a table is read by the names of its columns', () => {
  const map = readLineMap(
    fileOf(
      'telemetry: { route: /op, features: [{ name: latency, from: /took|/time, times: 0.001 }, { name: errors, from: "any(code>=500)" }] }',
    ),
    false,
  )
  expect(recordsOf(map, 'op,took,code', '/x,1500,503', '/y,,200', '/z,12x,200')).toEqual([
    { latency: 1.5, input_length: 0, errors: 1, route: '/x' },
    expect.stringContaining('took or time must be'),
    expect.stringContaining('took or time must be'),
  ])
})

const SENSORS =
  'telemetry: { route: /room, features: [{ name: celsius, from: /t/c, absent: [-999], missing: skip, scale: linear }, { name: load, from: /l, missing: median }] }'

test('what is no request is judged by the file, and sent under its names', () => {
  const path = fileOf(SENSORS)
  const line = '{"room":"r1","t":{"c":21},"l":null}'
  const here = readLineMap(path, false)
  expect(here.telemetry.features.map(({ name }) => name)).toEqual(['celsius', 'load'])
  expect(recordsOf(here, line)).toEqual([JSON.parse(line)])
  const sent = readLineMap(path, true)
  expect(recordsOf(sent, line, '{"room":"r1","t":{"c":-999},"l":2}')).toEqual([{ celsius: 21, route: 'r1' }])
  expect(mapAndConfig(path, undefined).configFile).toBe(path)
  expect(() => mapAndConfig(path, 'other.yaml')).toThrow('stands for --config')
})

test.each([
  ['alert_rate: 0.01', 'has no telemetry'],
  ['telemetry: { features: [{ name: n, from: "count(route, 10s)" }] }', 'made of many records'],
  ['telemetry: { features: [{ name: n, several: last }] }', 'coerce'],
  ['telemetry: { features: [{ name: n, absent: [-1] }] }', 'missing'],
  ['telemetry: { features: [{ name: n, times: 0 }] }', 'above 0'],
  ['telemetry: { features: [{ name: n, from: /a | /b/ }] }', 'JSON pointer'],
  ['telemetry: { features: [{ name: n, from: "any()" }] }', 'any(status>=500'],
  ['telemetry: { features: [{ name: n, from: "any(status)" }] }', 'condition'],
])('%s is refused: %s', (text, message) => {
  expect(() => readLineMap(fileOf(text), true)).toThrow(message)
})

test('a map is for JSON and tables', () => {
  const map = readLineMap(fileOf(REQUESTS), false)
  expect(() => map.formatOf('x', FORMATS.combined)).toThrow('ndjson or csv')
})
