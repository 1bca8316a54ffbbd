import { expect, test } from 'vitest'
import { UsualSizes } from '#sentinel/telemetry/usual-sizes.js'

test('what is missing is the median of the last sizes of the route, by the name of the route', () => {
  const sizes = new UsualSizes()
  expect(sizes.of('/users/1', null)).toBe(0)
  for (const size of [10, 30, 20]) expect(sizes.of(`/users/${size}`, size)).toBe(size)
  expect(sizes.of('/users/9999', null)).toBe(20)
  expect(sizes.of('/elsewhere', null)).toBe(0)
  for (let i = 0; i < 31; i++) sizes.of('/users/1', 500)
  expect(sizes.of('/users/1', null)).toBe(500)
})

test('however many routes there are, it remembers a bounded number', () => {
  const sizes = new UsualSizes()
  const name = (i: number) => `/${[...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`
  for (let i = 0; i < 5000; i++) sizes.of(name(i), 7)
  expect(sizes.of(name(0), null)).toBe(0)
  expect(sizes.of(name(4999), null)).toBe(7)
})
