import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainText } from '#sentinel/text/plain-text.js'
import { extent } from '../chaos/extent.js'

describe('plain text', () => {
  it('is one visible line', () => {
    expect(plainText('  a\r\nb\u2028c\td \u0000\u001b[31me ', 100)).toBe('a b c d [31me')
  })

  it('loses direction overrides, zero-width characters, tags, selectors, fillers and lone surrogates', () => {
    expect(plainText('a\u202eb\u200bc\u2066d\ufeffe\u{e0041}f\u{e0100}g\u3164h\ud800i\u00adj', 100)).toBe(
      'abcdefghij',
    )
  })

  it('keeps the letters and signs of every script', () => {
    expect(plainText('Größe 大小 размер 😀 é', 100)).toBe('Größe 大小 размер 😀 é')
  })

  it('does not let marks pile up', () => {
    expect(plainText(`e${'\u0335'.repeat(500)}`, 100).length).toBeLessThanOrEqual(5)
  })

  it('is cut with an ellipsis and never inside a character', () => {
    expect(plainText('abcdef', 4)).toBe('abc…')
    expect(plainText('ab😀cd', 4)).toBe('ab…')
  })

  it('is the text itself when that is printable ASCII with single spaces between words', () => {
    const printable = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 0x21 + i))
    for (const text of ['', 'a', 'GET /api/v2/users', printable]) expect(plainText(text, 94)).toBe(text)
    expect(plainText(printable, 93)).toBe(`${printable.slice(0, 92)}…`)
    for (const text of [' a', 'a ', 'a  ', '  ', 'a\n']) expect(plainText(text, 94)).toBe(text.trim())
    expect(plainText('a  b\u007f c', 94)).toBe('a b c')
  })

  it('is bounded and stable for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.integer({ min: 2, max: 50 }),
        (text, max) => {
          const line = plainText(text, max)
          expect(line.length).toBeLessThanOrEqual(max)
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\n]/u)
          expect(plainText(line, max)).toBe(line)
        },
      ),
      { seed: 7, numRuns: extent(1000, 250) },
    )
  })
})
