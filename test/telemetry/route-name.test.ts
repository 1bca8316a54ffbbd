import fc from 'fast-check'
import { expect, test } from 'vitest'
import { routeName } from '#sentinel/telemetry/route-name.js'

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
])('%s belongs to %s', (raw, name) => {
  expect(routeName(raw)).toBe(name)
})

test('a name is at most 120 characters and naming it again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2048 }), (raw) => {
      const name = routeName(raw)
      expect(name.length).toBeLessThanOrEqual(120)
      expect(routeName(name).length).toBeLessThanOrEqual(name.length)
    }),
    { seed: 1 },
  )
})
