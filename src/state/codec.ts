// A state as bytes, little-endian:
//
//    0  u8[8]  magic 'SNTLSTAT'        20  u32  bytes of the index
//    8  u32    version                 24  u8[8] zero
//   12  u32    total bytes             32  the index: JSON, UTF-8
//   16  u32    CRC-32, this word 0         then the arrays, each on 8 bytes
//
// In the index an array stands as {"$": element type, "at": its first byte behind the index, "n": elements}.

import { crc32 as portableCrc32 } from '../forest/checksum.js'
import { builtin } from '../runtime/builtin.js'
import { type StateArray, StateError, type StateValue } from './section.js'

const MAGIC = new TextEncoder().encode('SNTLSTAT')
/** Counts up when a state of before can no longer be read. */
const VERSION = 2
const HEADER_BYTES = 32
const ALIGNMENT = 8
/** Node's own takes a tenth of the time. */
const crc32 = builtin<{ crc32?: typeof portableCrc32 }>('node:zlib')?.crc32 ?? portableCrc32

const ARRAY_TYPES = { Uint8Array, Uint32Array, Float32Array, Float64Array } as const
type ArrayType = keyof typeof ARRAY_TYPES

interface ArrayReference {
  readonly $: ArrayType
  readonly at: number
  readonly n: number
}

/** Plain data with typed arrays as bytes. */
export function encodeState(state: StateValue): Uint8Array {
  const arrays: StateArray[] = []
  let arrayBytes = 0
  const index = new TextEncoder().encode(
    JSON.stringify(state, (_name, value: unknown) => {
      if (!isStateArray(value)) return value
      const reference = { $: value.constructor.name, at: arrayBytes, n: value.length }
      arrays.push(value)
      arrayBytes += aligned(value.byteLength)
      return reference
    }),
  )
  const arraysAt = aligned(HEADER_BYTES + index.length)
  const bytes = new Uint8Array(arraysAt + arrayBytes)
  const header = new DataView(bytes.buffer, 0, HEADER_BYTES)
  bytes.set(MAGIC)
  header.setUint32(8, VERSION, true)
  header.setUint32(12, bytes.length, true)
  header.setUint32(20, index.length, true)
  bytes.set(index, HEADER_BYTES)
  let at = arraysAt
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += aligned(array.byteLength)
  }
  header.setUint32(16, crc32(bytes), true)
  return bytes
}

/** @throws StateError for foreign, truncated or corrupted bytes */
export function decodeState(bytes: Uint8Array): StateValue {
  if (bytes.length < HEADER_BYTES || MAGIC.some((byte, at) => bytes[at] !== byte)) {
    throw new StateError('this is no state of the service')
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const version = header.getUint32(8, true)
  if (version !== VERSION) throw new StateError(`its version is ${version}, and ${VERSION} is read here`)
  const total = header.getUint32(12, true)
  if (total !== bytes.length) throw new StateError(`of ${total} bytes ${bytes.length} are there`)
  const unsigned = Uint8Array.from(bytes)
  unsigned.fill(0, 16, 20)
  if (crc32(unsigned) !== header.getUint32(16, true)) throw new StateError('its checksum does not match')
  const indexBytes = header.getUint32(20, true)
  const arraysAt = aligned(HEADER_BYTES + indexBytes)
  const index = new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + indexBytes))
  try {
    return JSON.parse(index, (_name, value: unknown) =>
      isReference(value) ? arrayOf(bytes, arraysAt, value) : value,
    )
  } catch (error) {
    throw new StateError(error instanceof StateError ? error.message : 'its index cannot be read')
  }
}

/** A copy: it is aligned, and holds on to nothing. */
function arrayOf(bytes: Uint8Array, arraysAt: number, { $, at, n }: ArrayReference): StateArray {
  const Type = ARRAY_TYPES[$]
  const from = arraysAt + at
  const to = from + n * Type.BYTES_PER_ELEMENT
  if (!(from >= arraysAt && to >= from && to <= bytes.length))
    throw new StateError('an array lies outside it')
  return new Type(Uint8Array.prototype.slice.call(bytes, from, to).buffer)
}

function isStateArray(value: unknown): value is StateArray {
  return ArrayBuffer.isView(value)
}

function isReference(value: unknown): value is ArrayReference {
  return (
    typeof value === 'object' && value !== null && '$' in value && Object.hasOwn(ARRAY_TYPES, String(value.$))
  )
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}
