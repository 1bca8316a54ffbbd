import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import { nextTurn } from '../runtime/timers.js'
import type { CapturedModel } from '../sentinel-following.js'
import { decodeState } from '../state/codec.js'
import { StateEncoder } from '../state/encoder.js'
import { SLICE_BYTES } from '../state/keeper.js'
import { LateList } from '../state/late.js'
import { PartedList } from '../state/parted-list.js'
import { StateError, type StateValue } from '../state/section.js'
import { MAX_STATE_BYTES } from '../state/whole-file.js'

/** Changes with what the bytes mean, and is part of a fleet's fingerprint: of another format there is another fleet. */
export const MODEL_FORMAT = 2
/** `SNTM`, and the format as a byte. */
const MAGIC = [0x53, 0x4e, 0x54, 0x4d, MODEL_FORMAT] as const
/** Items of a long list that are decoded at a time: routes, a few kilobytes each. */
const ITEMS_A_PART = 4

/**
 * Bytes that a model may be unpacked to: so many times what it is packed, and at least so much. It has numbers in it, which
 * cannot be packed much; only what nobody of the fleet has made comes to a thousand times as much.
 */
const UNPACKED_TIMES = 32
const UNPACKED_LEAST_BYTES = 16 * 2 ** 20

const deflate = promisify(deflateRaw)
const inflate = promisify(inflateRaw)

/** Stands before the parts of a long list. */
type ListHead = {
  /** The way that leads to where it belongs. */
  readonly path: readonly string[]
  readonly parts: number
}

/**
 * A model as bytes: the parts one after the other, each with its length before it, compressed. The first is all but the long
 * lists; of each of those follow a head and its items, a few in each part. They are made, and read, part by part: nobody
 * waits for all of it.
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
  return Buffer.concat([Uint8Array.from(MAGIC), await deflate(Buffer.concat(pieces), { level: 1 })])
}

/** @throws StateError for damaged bytes and for those of another format */
export async function decodeModel(bytes: Uint8Array): Promise<CapturedModel> {
  if (MAGIC.some((byte, at) => bytes[at] !== byte)) throw new StateError('it is no model of this format')
  const mostBytes = Math.max(UNPACKED_LEAST_BYTES, UNPACKED_TIMES * bytes.length)
  const maxOutputLength = Math.min(MAX_STATE_BYTES, mostBytes)
  const pieces = await inflate(bytes.subarray(MAGIC.length), { maxOutputLength }).catch((error: Error) => {
    throw new StateError(`it cannot be unpacked: ${error.message}`)
  })
  const parts = partsOf(pieces)
  const model: unknown = decodeState(following(parts))
  if (typeof model !== 'object' || model === null) throw new StateError('nothing is in it')
  for (let part = parts.next(); part.done !== true; part = parts.next()) {
    const head = decodeState(part.value) as ListHead | null
    const { holder, name } = placeOf(model, head?.path)
    const items: Uint8Array[] = []
    for (let i = 0; i < Number(head?.parts); i++) items.push(following(parts))
    // The alarm's routes are taken over one by one; at what is of the detector it looks as a whole first.
    if (head?.path[0] === 'alarm') holder[name] = new PartedList(items.map((item) => () => listOf(item)))
    else {
      const list: StateValue[] = []
      for (const item of items) {
        list.push(...listOf(item))
        await nextTurn()
      }
      holder[name] = list
    }
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
  const bytes = encoder.finish()
  return [new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes]
}

/** @throws StateError when one is cut off */
function* partsOf(pieces: Buffer): Generator<Uint8Array, undefined> {
  for (let at = 0; at < pieces.length; ) {
    const from = at + 4
    if (from > pieces.length) throw new StateError('its last part is cut off')
    at = from + pieces.readUInt32LE(at)
    if (at > pieces.length) throw new StateError('its last part is cut off')
    yield pieces.subarray(from, at)
  }
}

function following(parts: Iterator<Uint8Array, undefined>): Uint8Array {
  const part = parts.next()
  if (part.done === true) throw new StateError('one of its parts is missing')
  return part.value
}

function listOf(part: Uint8Array): readonly StateValue[] {
  const items = decodeState(part)
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
