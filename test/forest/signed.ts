import { crc32 } from '#sentinel/forest/checksum.js'

const CHECKSUM_AT = 12

/** Bytes of a forest whose checksum is right whatever they say. */
export function signed(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  view.setUint32(CHECKSUM_AT, 0, true)
  view.setUint32(CHECKSUM_AT, crc32(bytes), true)
  return bytes
}
