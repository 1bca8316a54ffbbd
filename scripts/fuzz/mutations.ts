import type { RandomSource } from '../../made-up/random.js'

const MOST_BYTES = 4096
const MOST_CHANGES = 4
const ODD_BYTES = [0, 1, 0x0a, 0x20, 0x22, 0x2c, 0x2d, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc2, 0xff]
const ODD_NUMBERS = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]
const TOKENS = [
  'null',
  'true',
  '1e999',
  '-0',
  '[]',
  '{}',
  '"\\ud800"',
  '__proto__',
  '[[[[',
  '"":',
  '\r\n',
  '\\u0000',
]

/** Changes an input in a few places, or puts two together. */
export function mutated(input: Buffer, other: Buffer, random: RandomSource): Buffer {
  let bytes: Buffer = Buffer.from(input)
  for (let change = random.below(MOST_CHANGES) + 1; change > 0; change--)
    bytes = change1(bytes, other, random)
  return bytes.subarray(0, MOST_BYTES)
}

function change1(bytes: Buffer, other: Buffer, random: RandomSource): Buffer {
  const at = random.below(bytes.length + 1)
  const some = Math.min(bytes.length - at, 1 + random.below(16))
  const put = (middle: Uint8Array, skipped: number): Buffer =>
    Buffer.concat([bytes.subarray(0, at), middle, bytes.subarray(at + skipped)])
  switch (random.below(9)) {
    case 0:
      return put(Uint8Array.of((bytes[at] ?? 0) ^ (1 << random.below(8))), 1)
    case 1:
      return put(Uint8Array.of(ODD_BYTES[random.below(ODD_BYTES.length)] as number), random.below(2))
    case 2:
      return put(new Uint8Array(0), some)
    case 3:
      return put(bytes.subarray(at, at + some), 0)
    case 4: {
      const number = Buffer.alloc(4)
      number.writeUInt32LE(ODD_NUMBERS[random.below(ODD_NUMBERS.length)] as number)
      return put(number.subarray(0, 1 + random.below(4)), some)
    }
    case 5:
      return put(Buffer.from(TOKENS[random.below(TOKENS.length)] as string), random.below(2) * some)
    case 6: {
      const from = random.below(other.length + 1)
      return put(other.subarray(from, from + 1 + random.below(64)), random.below(2) * some)
    }
    case 7:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))])
    default:
      return bytes.subarray(0, at)
  }
}
