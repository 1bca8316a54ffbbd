/** Texts that are remembered, a power of 2. */
const SLOTS = 1024
/** Longer ones are made anew each time. */
const LONGEST = 64

/**
 * Makes texts of bytes, and hands out the one that it made before where the same bytes come again: names, routes and
 * methods do in nearly every span. To compare bytes costs a third of making a text, and one that was there before is
 * found sooner by everybody who looks it up.
 */
export class ByteTexts {
  readonly #texts: string[] = new Array<string>(SLOTS).fill('')
  readonly #bytes = new Uint8Array(SLOTS * LONGEST)
  readonly #lengths = new Uint8Array(SLOTS)

  /** The text of the bytes from one place up to another, in UTF-8. */
  of(bytes: Buffer, from: number, to: number): string {
    const length = to - from
    if (length === 0) return ''
    if (length > LONGEST) return bytes.toString('utf8', from, to)
    const slot = slotOf(bytes, from, to)
    const kept = slot * LONGEST
    if (this.#lengths[slot] === length) {
      let same = 0
      while (same < length && this.#bytes[kept + same] === bytes[from + same]) same++
      if (same === length) return this.#texts[slot] as string
    }
    const text = bytes.toString('utf8', from, to)
    bytes.copy(this.#bytes, kept, from, to)
    this.#lengths[slot] = length
    this.#texts[slot] = text
    return text
  }
}

/** By the length and the last bytes: names of one kind begin alike. */
function slotOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = to - from
  for (let at = Math.max(from, to - 8); at < to; at++) hash = Math.imul(hash, 31) + (bytes[at] as number)
  hash = Math.imul(hash, 31) + (bytes[from] as number)
  return (hash ^ (hash >>> 10)) & (SLOTS - 1)
}
