import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { deflateRaw, inflateRaw } from 'node:zlib'
import { nextTurn } from '../runtime/timers.js'
import type { CapturedModel } from '../sentinel-following.js'
import { decodeState } from '../state/codec.js'
import { StateEncoder } from '../state/encoder.js'
import { SLICE_BYTES } from '../state/keeper.js'
import { LateList } from '../state/late.js'
import { StateError, type StateValue } from '../state/section.js'
import { MAX_STATE_BYTES } from '../state/whole-file.js'

/** Changes with what the bytes mean, and is part of a fleet's fingerprint: of another format there is another fleet. */
export const MODEL_FORMAT = 1
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

/** A part of a model: all but its long lists, or a piece of one of them with the way that leads there. */
type Part = { readonly path: readonly string[]; readonly items: StateValue }

/**
 * A model as bytes: the parts one after the other, each with its length before it, compressed. They are made, and read,
 * part by part: nobody waits for all of it.
 */
export async function encodeModel(model: CapturedModel): Promise<Uint8Array> {
  const lists: { path: string[]; list: LateList }[] = []
  const rest = withoutLists(model, [], lists)
  const pieces: Uint8Array[] = []
  const add = async (part: Part | { path: string[]; items: unknown }): Promise<void> => {
    const encoder = new StateEncoder(part)
    while (encoder.advance(SLICE_BYTES) > 0) await nextTurn()
    const bytes = encoder.finish()
    pieces.push(new Uint8Array(Uint32Array.of(bytes.length).buffer), bytes)
  }
  await add({ path: [], items: rest })
  for (const { path, list } of lists) {
    for (let items = some(list); items.length > 0; items = some(list)) await add({ path, items })
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
  let model: unknown = null
  for (let at = 0; at < pieces.length; ) {
    if (at + 4 > pieces.length) throw new StateError('its last part is cut off')
    const end = at + 4 + pieces.readUInt32LE(at)
    if (end > pieces.length) throw new StateError('its last part is cut off')
    const { path, items } = (decodeState(pieces.subarray(at + 4, end)) ?? {}) as unknown as Part
    if (model === null) model = items
    else if (Array.isArray(items)) listAt(model, path).push(...(items as readonly StateValue[]))
    else throw new StateError('one of its parts is no list')
    at = end
    await nextTurn()
  }
  if (typeof model !== 'object' || model === null) throw new StateError('nothing is in it')
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

function listAt(model: unknown, path: readonly string[]): StateValue[] {
  let value = model
  for (const name of Array.isArray(path) ? path : []) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined
  }
  if (!Array.isArray(value)) throw new StateError('one of its parts belongs nowhere')
  return value
}
