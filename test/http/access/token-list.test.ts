import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { expect, test } from 'vitest'
import { TokenList } from '#sentinel/http/access/token-list.js'

const compared = { lengths: [] as number[] }
const { timingSafeEqual } = crypto
crypto.timingSafeEqual = (a, b) => {
  compared.lengths.push(a.byteLength, b.byteLength)
  return timingSafeEqual(a, b)
}
// Whoever imported it by name has this one now.
syncBuiltinESMExports()

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
