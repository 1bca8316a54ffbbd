import { MISSING_TEXTS } from './missing.js'
import type { ReadNumber } from './number-text.js'

/** What is made of several numbers in one field. */
export type Several = 'first' | 'last' | 'sum' | 'most'

const MADE_OF: Readonly<Record<Several, (numbers: readonly number[]) => number>> = {
  first: (numbers) => numbers[0] ?? Number.NaN,
  last: (numbers) => numbers.at(-1) ?? Number.NaN,
  sum: (numbers) => (numbers.length === 0 ? Number.NaN : numbers.reduce((sum, each) => sum + each, 0)),
  most: (numbers) => (numbers.length === 0 ? Number.NaN : Math.max(...numbers)),
}

/** Commas, semicolons, colons and blanks; where numbers have decimal commas, one with a blank behind it. */
const SEPARATORS = /[\s,;:]+/
const BESIDE_DECIMAL_COMMAS = /\s*[;:]\s*|,?\s+/

/**
 * What reads a field such as nginx' `0.003, 0.012 : 0.1`, which has a number for each server that was tried. Parts that
 * stand for none (`-`) are left out.
 * @returns null where every part of a text is missing; the reader gives NaN for what are no numbers
 */
export function severalReader(
  several: Several,
  inText: ReadNumber,
  decimalCommas: boolean,
): (text: string) => number | null {
  const separators = decimalCommas ? BESIDE_DECIMAL_COMMAS : SEPARATORS
  return (text) => {
    const parts = text.trim().split(separators)
    const told = parts.filter((part) => !MISSING_TEXTS.includes(part))
    return told.length === 0 ? null : MADE_OF[several](told.map(inText))
  }
}
