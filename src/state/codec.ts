import { crc32 } from './checksum.js'
import { StateEncoder } from './encoder.js'
import { aligned, HEADER_BYTES, MAGIC, VERSION } from './layout.js'
import { type StateArray, StateError, type StateValue } from './section.js'

const ARRAY_TYPES = { Uint8Array, Uint32Array, Float32Array, Float64Array } as const
const CHECKSUM_AT = 16
const NO_CHECKSUM = new Uint8Array(4)

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

/**
 * @param arrays `copied` hold on to nothing; `shared` are views of the bytes where these are aligned, for whoever copies
 *   from them at once
 * @throws StateError for foreign, truncated or corrupted bytes
 */
export function decodeState(bytes: Uint8Array, arrays: 'copied' | 'shared' = 'copied'): StateValue {
  if (bytes.length < HEADER_BYTES || MAGIC.some((byte, at) => bytes[at] !== byte)) {
    throw new StateError('this is no state of the service')
  }
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES)
  const version = header.getUint32(8, true)
  if (version !== VERSION) throw new StateError(`its version is ${version}, and ${VERSION} is read here`)
  const total = header.getUint32(12, true)
  if (total !== bytes.length) throw new StateError(`of ${total} bytes ${bytes.length} are there`)
  if (checksumOf(bytes) !== header.getUint32(16, true)) throw new StateError('its checksum does not match')
  const indexBytes = header.getUint32(20, true)
  const arraysAt = aligned(HEADER_BYTES + indexBytes)
  const index = new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + indexBytes))
  try {
    return withArrays(JSON.parse(index), (reference) => arrayOf(bytes, arraysAt, reference, arrays))
  } catch (error) {
    throw new StateError(error instanceof StateError ? error.message : 'its index cannot be read')
  }
}

/** Of all bytes, with zeros in the place of the checksum itself. */
function checksumOf(bytes: Uint8Array): number {
  const before = crc32(NO_CHECKSUM, crc32(bytes.subarray(0, CHECKSUM_AT)))
  return crc32(bytes.subarray(CHECKSUM_AT + NO_CHECKSUM.length), before)
}

/** The value with each reference in it replaced, in place: a reviver takes several times as long. */
function withArrays(value: unknown, arrayAt: (reference: ArrayReference) => StateArray): StateValue {
  if (typeof value !== 'object' || value === null) return value as StateValue
  if (isReference(value)) return arrayAt(value)
  const members = value as Record<string, unknown>
  for (const name in members) {
    const member = members[name]
    if (typeof member !== 'object' || member === null) continue
    const whole = withArrays(member, arrayAt)
    if (whole === member) continue
    // An assignment to `__proto__` would do something else.
    if (name === '__proto__') Object.defineProperty(members, name, { value: whole, enumerable: true })
    else members[name] = whole
  }
  return value as StateValue
}

function arrayOf(
  bytes: Uint8Array,
  arraysAt: number,
  { $, at, n }: ArrayReference,
  arrays: 'copied' | 'shared',
): StateArray {
  const Type = ARRAY_TYPES[$]
  const from = arraysAt + at
  const to = from + n * Type.BYTES_PER_ELEMENT
  if (!(from >= arraysAt && to >= from && to <= bytes.length))
    throw new StateError('an array lies outside it')
  const offset = bytes.byteOffset + from
  if (arrays === 'shared' && offset % Type.BYTES_PER_ELEMENT === 0) {
    return new Type(bytes.buffer as ArrayBuffer, offset, n)
  }
  return new Type(Uint8Array.prototype.slice.call(bytes, from, to).buffer)
}

function isReference(value: unknown): value is ArrayReference {
  return (
    typeof value === 'object' && value !== null && '$' in value && Object.hasOwn(ARRAY_TYPES, String(value.$))
  )
}
