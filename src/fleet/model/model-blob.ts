import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import { nextTurn } from '../../runtime/timers.js'
import type { CapturedModel } from '../../sentinel/following.js'
import { decodeState } from '../../state/codec.js'
import { StateEncoder } from '../../state/encoder.js'
import { SLICE_BYTES } from '../../state/keeper.js'
import { LateList } from '../../state/late.js'
import { PartedList } from '../../state/parted-list.js'
import { StateError, type StateValue } from '../../state/section.js'
import { Room, refuse } from './room.js'

/** Changes with what the bytes mean, and is part of a fleet's fingerprint: of another format there is another fleet. */
export const MODEL_FORMAT = 3
/** `SNTM`, and the format as a byte. */
const MAGIC = [0x53, 0x4e, 0x54, 0x4d, MODEL_FORMAT] as const
/** Before each part: its length as a u32. */
const LENGTH_BYTES = 4
/** Items of a long list in a part: routes, a few kilobytes each. */
const ITEMS_A_PART = 4

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** Stands before the parts of a long list. */
type ListHead = {
  /** The way that leads to where it belongs. */
  readonly path: readonly string[]
  readonly parts: number
}

/**
 * A model as bytes: the parts one after the other, each compressed by itself and behind its length. The first is all but the
 * long lists; of each of those follow a head and its items, a few in each part. They are made, and read, part by part:
 * nobody waits for all of it, and it is never there unpacked as a whole.
 */
export async function encodeModel(model: CapturedModel): Promise<Uint8Array> {
  const lists: { path: string[]; list: LateList }[] = []
  const rest = withoutLists(model, [], lists)
  const pieces = await partOf(rest)
  for (const { path, list } of lists) {
    const parts: Uint8Array[][] = []
    for (let items = some(list); items.length > 0; items = some(list)) parts.push(await partOf(items))
    pieces.push(...(await partOf({ path, parts: parts.length })), ...parts.flat())
  }
  return Buffer.concat([Uint8Array.from(MAGIC), ...pieces])
}

/**
 * The long lists are read when they are come to: see `PartedList`.
 * @throws StateError for damaged bytes and for those of another format
 */
export async function decodeModel(bytes: Uint8Array): Promise<CapturedModel> {
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) throw new StateError('it is no model of this format')
  const parts = partsOf(bytes.subarray(MAGIC.length))
  const room = new Room(bytes.length)
  const first = following(parts)
  const unpacked = await inflate(first, { maxOutputLength: room.left }).catch(refuse)
  room.take(unpacked)
  // What waited for it to be unpacked has its turn.
  await nextTurn()
  const model: unknown = decodeState(unpacked)
  await nextTurn()
  if (typeof model !== 'object' || model === null) throw new StateError('nothing is in it')
  for (let part = parts.next(); part.done !== true; part = parts.next()) {
    const head = decodeState(room.unpack(part.value)) as ListHead | null
    const { holder, name } = placeOf(model, head?.path)
    const items: Uint8Array[] = []
    for (let i = 0; i < Number(head?.parts); i++) items.push(following(parts))
    holder[name] = new PartedList(items.map((item) => () => listOf(room.unpack(item))))
  }
  return model as CapturedModel
}

/** Name of a model: SHA-256 of its bytes, hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The same data with an empty list in the place of each late one; those are added to `lists`. */
function withoutLists(value: unknown, path: string[], lists: { path: string[]; list: LateList }[]): unknown {
  if (value instanceof LateList) {
    lists.push({ path, list: value })
    return []
  }
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  // What is late without being a list is captured by the encoder.
  if (Array.isArray(value) || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, withoutLists(member, [...path, name], lists)]),
  )
}

function some(list: LateList): StateValue[] {
  const items: StateValue[] = []
  while (items.length < ITEMS_A_PART) {
    const item = list.take()
    if (item === undefined) break
    items.push(item)
  }
  return items
}

async function partOf(value: unknown): Promise<Uint8Array[]> {
  const encoder = new StateEncoder(value)
  while (encoder.advance(SLICE_BYTES) > 0) await nextTurn()
  const packed = await deflate(encoder.finish(), { level: 1 })
  return [new Uint8Array(Uint32Array.of(packed.length).buffer), packed]
}

/** @throws StateError when one is cut off */
function* partsOf(bytes: Uint8Array): Generator<Uint8Array, undefined> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at < bytes.length; ) {
    const from = at + LENGTH_BYTES
    if (from > bytes.length) throw new StateError('its last part is cut off')
    at = from + view.getUint32(at, true)
    if (at > bytes.length) throw new StateError('its last part is cut off')
    yield bytes.subarray(from, at)
  }
}

function following(parts: Iterator<Uint8Array, undefined>): Uint8Array {
  const part = parts.next()
  if (part.done === true) throw new StateError('one of its parts is missing')
  return part.value
}

/** Whoever takes the items over copies from them: their arrays are views of what was unpacked. */
function listOf(unpacked: Uint8Array): readonly StateValue[] {
  const items = decodeState(unpacked, 'shared')
  if (!Array.isArray(items)) throw new StateError('one of its parts is no list')
  return items
}

/** Where the list at the end of a path belongs. */
function placeOf(model: unknown, path: unknown): { holder: Record<string, unknown>; name: string } {
  const names = Array.isArray(path) ? path.map(String) : []
  const name = names.pop()
  let holder = model
  for (const each of names) holder = memberOf(holder, each)
  if (name === undefined || !Array.isArray(memberOf(holder, name)))
    throw new StateError('one of its parts belongs nowhere')
  return { holder: holder as Record<string, unknown>, name }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
