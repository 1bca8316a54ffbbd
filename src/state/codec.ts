import { crc32 } from './checksum.js'
import { StateEncoder } from './encoder.js'
import { aligned, HEADER_BYTES, MAGIC, VERSION } from './layout.js'
import { type StateArray, StateError, type StateValue } from './section.js'

const ARRAY_TYPES = { Uint8Array, Uint32Array, Float32Array, Float64Array } as const
type ArrayType = keyof typeof ARRAY_TYPES

interface ArrayReference {
  readonly $: ArrayType
  readonly at: number
  readonly n: number
}

/** Plain data with typed arrays as bytes, all at once. */
export function encodeState(state: StateValue): Uint8Array {
  return new StateEncoder(state).finish()
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

function isReference(value: unknown): value is ArrayReference {
  return (
    typeof value === 'object' && value !== null && '$' in value && Object.hasOwn(ARRAY_TYPES, String(value.$))
  )
}
