import { expect, test } from 'vitest'
import { crc32 } from '#sentinel/forest/checksum.js'

test('the checksum is CRC-32 as zlib has it, in one go or piece by piece', () => {
  const digits = new TextEncoder().encode('123456789')
  // The check value of CRC-32/ISO-HDLC.
  expect(crc32(digits)).toBe(0xcbf43926)
  expect(crc32(digits.subarray(4), crc32(digits.subarray(0, 4)))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array(0))).toBe(0)
  // Every entry of its table.
  expect(crc32(Uint8Array.from({ length: 256 }, (_, byte) => byte))).toBe(0x29058c73)
})
