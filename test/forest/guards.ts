import type { Arena } from '#sentinel/forest/arena.js'

// As assembly/layout.ts has them: entries of the header, u32 each, by byte offset.
const HEADER_WORDS = 64
const SLOTS = 20 / 4
const FIRST_REGION = 32 / 4
const SLOT_0 = 76 / 4
const SLOT_BYTES = 80 / 4
const FIRST_OF_SLOT = 88 / 4
const LAST_OF_SLOT = 104 / 4
const GUARD_BYTES = 16
const GUARD = 0xc0de_f10c_5e27_14e1n

/** Whether the guards before every region of an arena and after the last are whole: nothing wrote beyond its own. */
export function guardsIntact({ memory, base }: Arena): boolean {
  const header = new Uint32Array(memory.buffer, base, HEADER_WORDS)
  const word = (at: number): number => header[at] as number
  const starts: number[] = []
  for (let entry = FIRST_REGION; entry <= SLOT_0; entry++) starts.push(word(entry))
  for (let slot = 0; slot < word(SLOTS); slot++) {
    const from = word(SLOT_0) + slot * word(SLOT_BYTES)
    for (let entry = FIRST_OF_SLOT; entry <= LAST_OF_SLOT; entry++) starts.push(from + word(entry))
    starts.push(from + word(SLOT_BYTES))
  }
  const holds = (start: number): boolean =>
    new BigUint64Array(memory.buffer.slice(base + start - GUARD_BYTES, base + start)).every(
      (half) => half === GUARD,
    )
  return starts.every(holds)
}
