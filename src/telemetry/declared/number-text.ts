/** Reads a number in text; NaN for what is none. */
export type ReadNumber = (text: string) => number

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const EXAMPLE = 1_234_567.5

/** As JSON writes numbers, but for signs and leading zeros. */
export function plainNumber(text: string): number {
  const trimmed = text.trim()
  return PLAIN.test(trimmed) ? Number(trimmed) : Number.NaN
}

/**
 * What reads numbers as a language writes them: with its decimal mark, and its mark between thousands or none. A mark in
 * any other place makes it no number: 1.5 is none in German, where it would be 15 or 1.5.
 * @param locale a BCP 47 tag such as `de` or `en-US`
 * @throws Error where there is no such language
 */
export function numberReader(locale: string): ReadNumber {
  const format = formatOf(locale)
  const parts = format.formatToParts(EXAMPLE)
  const mark = (type: 'decimal' | 'group'): string => parts.find((part) => part.type === type)?.value ?? ''
  const [decimal, group] = [mark('decimal'), mark('group')]
  // People type a space where typography has a narrow one, and an apostrophe for its curly sister.
  const groups = /^\s$/.test(group) ? '\\s' : group === '’' ? "[’']" : literal(group)
  const whole = group === '' ? '\\d+' : `(?:\\d{1,3}(?:${groups}\\d{3})+|\\d+)`
  const pattern = new RegExp(
    `^[+-]?(?:${whole}(?:${literal(decimal)}\\d*)?|${literal(decimal)}\\d+)(?:[eE][+-]?\\d+)?$`,
  )
  const grouping = group === '' ? null : new RegExp(groups, 'g')
  return (text) => {
    const trimmed = text.trim()
    if (!pattern.test(trimmed)) return Number.NaN
    const bare = grouping === null ? trimmed : trimmed.replace(grouping, '')
    return Number(bare.replace(decimal, '.'))
  }
}

function formatOf(locale: string): Intl.NumberFormat {
  try {
    // Digits of other scripts would be no digits to the pattern.
    const [known] = Intl.NumberFormat.supportedLocalesOf(locale)
    if (known !== undefined)
      return new Intl.NumberFormat(known, { numberingSystem: 'latn', minimumFractionDigits: 1 })
  } catch {
    // The tag is malformed.
  }
  throw new Error('there is no such language; it must be a tag such as de or en-US')
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
