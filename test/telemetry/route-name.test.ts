import fc from 'fast-check'
import { expect, test } from 'vitest'
import { routeName } from '#sentinel/telemetry/route-name.js'
import { plainText } from '#sentinel/text/plain-text.js'
import { extent } from '../chaos/extent.js'

test.each([
  ['/api/users/123/orders/9', '/api/users/*/orders/*'],
  ['/api/v2/items', '/api/v2/items'],
  ['/files/3f2504e0-4f89-41d3-9a0c-0305e82c3301', '/files/*'],
  ['/files/d41d8cd98f00b204e9800998ecf8427e?x=1#top', '/files/*'],
  ['/api/search?q=42', '/api/search'],
  ['/api/search/', '/api/search'],
  ['GET /v2/{tenant}/servers/detail', 'GET /v2/{tenant}/servers/detail'],
  ['/', '/'],
  ['', ''],
  [undefined, ''],
  ['/a/b/c/d/e/f/g/h/i/j', '/a/b/c/d/e/f/g/*'],
  ['/api/v2/users/u-102/orders/9f8a7b', '/api/v2/users/*/orders/*'],
  ['/reset?token=s3cret&email=a@b.example#x', '/reset'],
  ['/mail/someone@example.org/inbox', '/mail/*/inbox'],
  ['/mail/some\u200bone\u202e@example.org', '/mail/*'],
  [' /a\r\nb\u001b[J/\u0000c ', '/a b[J/c'],
  [' \u200b\n', ''],
  ['a'.repeat(10_240), '*'],
])('%s belongs to %s', (raw, name) => {
  expect(routeName(raw)).toBe(name)
})

test('a name is one visible line of at most 120 characters, and so is the name of a name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2048 }), (raw) => {
      const name = routeName(raw)
      expect(name.length).toBeLessThanOrEqual(120)
      expect(plainText(name, 120)).toBe(name)
      expect(name).not.toMatch(/[?#@]/)
      expect(routeName(name).length).toBeLessThanOrEqual(name.length)
    }),
    { seed: 1, numRuns: extent(1000, 250) },
  )
})

test('a name is cut between characters', () => {
  const raw = `/${'ab/'.repeat(2)}${`${'x'.repeat(36)}/`.repeat(3)}`
  expect(routeName(`${raw}😀`)).toHaveLength(119 + 1)
  const at119 = `${raw}y`.slice(0, 119)
  expect(at119).toHaveLength(119)
  expect(routeName(`${at119}😀`)).toBe(at119)
})

/** As profiles were named from the first saved state on. */
function earlierName(raw: string): string {
  const end = raw.search(/[?#]/)
  const segments = raw.slice(0, Math.min(end < 0 ? raw.length : end, 1024)).split('/')
  const kept = segments
    .slice(0, 9)
    .map((one) => (one.length > 40 || (/\d/.test(one) && !/^v\d{1,3}$/i.test(one)) ? '*' : one))
  if (segments.length > kept.length) kept[8] = '*'
  if (kept.length > 2 && kept.at(-1) === '') kept.pop()
  return kept.join('/').slice(0, 120)
}

test('profiles of saved states are found again: visible ASCII without addresses and parameters keeps its name', () => {
  const letter = fc.constantFrom(...'abYZ019/-_.~:{}*?#%+!')
  fc.assert(
    fc.property(fc.string({ unit: letter, maxLength: 400 }), (raw) => {
      expect(routeName(raw)).toBe(earlierName(raw))
    }),
    { seed: 2, numRuns: extent(2000, 500) },
  )
})

test.each(['/a%3Ftoken=s3cret', '/a;jsessionid=abc', '/a%3bv=x', '/a&b', '/a%23x', '/token=abc'])(
  'what callers put into a segment stands in no name: %s',
  (raw) => {
    expect(routeName(raw)).toBe('/*')
  },
)
