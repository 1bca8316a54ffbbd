import { expect, test, vi } from 'vitest'
import { TokenList } from '#sentinel/http/access/token-list.js'

const compared = vi.hoisted(() => ({ lengths: [] as number[] }))
vi.mock('node:crypto', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:crypto')>()
  return {
    ...real,
    timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
      compared.lengths.push(a.length, b.length)
      return real.timingSafeEqual(a, b)
    },
  }
})

test.each([
  ['the first', 'one-of-the-tokens', 0],
  ['the last', 'another', 2],
  ['none', 'o', -1],
  ['none, and longer than all', 'x'.repeat(500), -1],
])(
  'a token that is %s is compared with all, as digests of one length, in constant time',
  (_what, token, index) => {
    const tokens = new TokenList(['one-of-the-tokens', 'the-second', 'another'])
    compared.lengths.length = 0
    expect(tokens.indexOf(`Bearer ${token}`)).toBe(index)
    expect(compared.lengths).toEqual([32, 32, 32, 32, 32, 32])
  },
)
