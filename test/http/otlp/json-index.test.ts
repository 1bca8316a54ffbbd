import { expect, test } from 'vitest'
import { ApiError } from '#sentinel/http/errors/error-codes.js'
import { ByteTexts } from '#sentinel/http/otlp/byte-texts.js'
import { otlpItems } from '#sentinel/http/otlp/otlp-items.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'
import { SpanRecords } from '#sentinel/telemetry/span/span-record.js'
import { mulberry32 } from '../../../made-up/random.js'

const made = () => ({
  records: new SpanRecords(new Set()),
  texts: new ByteTexts(),
  telemetry: REQUEST_TELEMETRY,
})

async function itemsOf(body: string) {
  const items = await otlpItems(Buffer.from(body), true, made())
  return Array.from({ length: items.size }, (_, item) => items.read(item))
}

const routesOf = async (body: string) =>
  (await itemsOf(body)).map((item) => (item?.value as { route?: string } | undefined)?.route ?? item?.fault)

const span = (name: string) => ({
  kind: 2,
  name,
  startTimeUnixNano: '1780000000000000000',
  endTimeUnixNano: '1780000000120000000',
  attributes: [
    { key: 'a]}",\\', value: { stringValue: '{"[é' } },
    { key: 'http.route', value: { stringValue: `/${name}` } },
  ],
})
const resource = (name: string) => ({
  attributes: [{ key: 'service.name', value: { stringValue: name } }],
})
const scopes = (...names: string[]) => [
  { scope: { name: 'spans' }, spans: names.map(span) },
  { spans: null },
  {},
]

test('finds each span with its service, wherever they stand and however they are written', async () => {
  const request = {
    'resourceSpans"': 'not these',
    resourceSpans: [
      { resource: resource('shop'), scopeSpans: scopes('a', 'b'), schemaUrl: 'x' },
      { scopeSpans: scopes('c'), resource: resource('post') },
      { scopeSpans: null },
      { scopeSpans: scopes('d') },
    ],
    more: [[{ resourceSpans: [] }]],
  }
  for (const indent of [0, 1, 4])
    expect(await routesOf(JSON.stringify(request, null, indent))).toEqual([
      'shop /a',
      'shop /b',
      'post /c',
      '/d',
    ])
})

test.each([
  ['a list that is not closed', '{"resourceSpans":[{"scopeSpans":[{"spans":[{}'],
  ['an object that is not closed', '{"resourceSpans":[]'],
  ['something behind the end', '{"resourceSpans":[]} x'],
  ['a comma too many', '{"resourceSpans":[{},]}'],
  ['a name without a value', '{"resourceSpans":}'],
  ['a resource that is no JSON', '{"resourceSpans":[{"resource":{"attributes":nothing}}]}'],
  ['a list in place of the request', '[]'],
  ['text where resources belong', '{"resourceSpans":["a"]}'],
  ['an object where spans belong', '{"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}'],
])('%s is refused whole', async (_, body) => {
  await expect(itemsOf(body)).rejects.toThrow(ApiError)
})

test('a span that is no JSON, too deep or too large is rejected alone', async () => {
  const spans = [
    JSON.stringify(span('a')),
    '{"kind":2,nonsense}',
    `{"kind":2,"x":${'['.repeat(40)}${']'.repeat(40)}}`,
    JSON.stringify({ ...span('large'), text: 'x'.repeat(300 * 1024) }),
    JSON.stringify(span('b')),
  ]
  const faults = (await itemsOf(`{"resourceSpans":[{"scopeSpans":[{"spans":[${spans}]}]}]}`)).map(
    (item) => item?.fault ?? null,
  )
  expect(faults).toEqual([
    null,
    expect.any(String),
    expect.stringContaining('deep'),
    expect.stringContaining('256 KiB'),
    null,
  ])
})

test('a large request is looked through in many turns, and parsed span by span', async () => {
  const text = JSON.stringify(span('a'))
  const body = Buffer.from(
    `{"resourceSpans":[{"scopeSpans":[{"spans":[${Array.from({ length: 20_000 }, () => text)}]}]}]}`,
  )
  let turns = 0
  let found = false
  const finding = otlpItems(body, true, made())
  void finding.then(() => {
    found = true
  })
  for (; !found; turns++) await new Promise(setImmediate)
  expect((await finding).size).toBe(20_000)
  // Some 5 MB, of which 128 KiB are looked through in a turn.
  expect(turns).toBeGreaterThan(20)
})

test('texts are those of their bytes, however many there are and however alike', () => {
  const texts = new ByteTexts()
  const random = mulberry32(3)
  const words = ['/api/users', '/api/userz', 'é', '', 'x'.repeat(70), '/b/users', 'POST', '\u0000']
  for (let round = 0; round < 20_000; round++) {
    const word = round % 3 === 0 ? `/r/${random.below(5000)}` : (words[random.below(words.length)] as string)
    const bytes = Buffer.from(`-${word}-`)
    expect(texts.of(bytes, 1, bytes.length - 1)).toBe(word)
  }
})
