// A state as bytes, little-endian:
//
//    0  u8[8]  magic 'SNTLSTAT'        20  u32  bytes of the index
//    8  u32    version                 24  u8[8] zero
//   12  u32    total bytes             32  the index: JSON, UTF-8
//   16  u32    CRC-32, this word 0         then the arrays, each on 8 bytes
//
// In the index an array stands as {"$": element type, "at": its first byte behind the index, "n": elements}.

export const MAGIC = new TextEncoder().encode('SNTLSTAT')
/** Counts up when a state of before can no longer be read. */
export const VERSION = 2
export const HEADER_BYTES = 32
const ALIGNMENT = 8

export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}
