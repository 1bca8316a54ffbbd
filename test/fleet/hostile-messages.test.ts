import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { mirrorNotes } from '#sentinel/fleet/incident-notes.js'
import { headOf } from '#sentinel/fleet/model/head-fields.js'
import { decodeModel, MODEL_FORMAT } from '#sentinel/fleet/model/model-blob.js'
import { decodeBatch, encodeBatch, SampleError } from '#sentinel/fleet/samples/sample-codec.js'
import { encodeState } from '#sentinel/state/codec.js'
import { PartedList } from '#sentinel/state/parted-list.js'
import { StateError } from '#sentinel/state/section.js'
import { incidentLog } from '../alerts/incidents.js'

const MIB = 2 ** 20
const SNTM = Buffer.from('SNTM')
const MAGIC = Buffer.from([...SNTM, MODEL_FORMAT])

const lengthOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(Uint32Array.of(bytes.length).buffer)

/** Bytes of a model whose parts are these, unpacked. */
function packed(...parts: Uint8Array[]): Buffer {
  const pieces = parts.map((part) => deflateRawSync(part)).flatMap((part) => [lengthOf(part), part])
  return Buffer.concat([MAGIC, ...pieces])
}

/** Bytes of a model whose parts are these values. */
function partsOf(...parts: unknown[]): Buffer {
  return packed(...parts.map((part) => encodeState(part as Parameters<typeof encodeState>[0])))
}

/** A model with its long lists read. */
async function readAll(bytes: Uint8Array): Promise<unknown> {
  const read = (value: unknown): unknown => {
    if (value instanceof PartedList) return [...value]
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, read(member)]))
  }
  return read(await decodeModel(bytes))
}

describe('a model that is hostile', () => {
  test.each<[string, () => Uint8Array, string]>([
    ['of nothing', () => new Uint8Array(0), 'it is no model of this format'],
    ['that is cut off', () => MAGIC, 'one of its parts is missing'],
    [
      'of another format',
      () => Buffer.from([...SNTM, MODEL_FORMAT + 1, 97]),
      'it is no model of this format',
    ],
    [
      'that cannot be unpacked',
      () => Buffer.concat([MAGIC, lengthOf(Buffer.from('abc')), Buffer.from('abc')]),
      'it cannot be unpacked',
    ],
    [
      'of a part that says to be longer than all',
      () => Buffer.concat([MAGIC, Buffer.from([255, 255, 255, 255, 1])]),
      'its last part is cut off',
    ],
    [
      'of less than a length',
      () => Buffer.concat([MAGIC, Buffer.from([1, 0, 0])]),
      'its last part is cut off',
    ],
    ['of a part that is none', () => packed(Buffer.from([1, 2, 3, 4])), 'this is no state'],
    ['that is nothing', () => partsOf(null), 'nothing is in it'],
    ['that is a number', () => partsOf(7), 'nothing is in it'],
    ['of a list without a head', () => partsOf({ a: [] }, null), 'belongs nowhere'],
    ['of a list without a way', () => partsOf({ a: [] }, { parts: 0 }), 'belongs nowhere'],
    [
      'of a list that belongs nowhere',
      () => partsOf({ a: [] }, { path: ['b'], parts: 0 }),
      'belongs nowhere',
    ],
    [
      'of a list that belongs to all objects',
      () => partsOf({}, { path: ['__proto__'], parts: 1 }, [1]),
      'belongs nowhere',
    ],
    [
      'of a list in the place of text',
      () => partsOf({ a: 'x' }, { path: ['a'], parts: 1 }, [1]),
      'belongs nowhere',
    ],
    [
      'of parts without end',
      () => partsOf({ a: [] }, { path: ['a'], parts: 1e300 }, [1]),
      'parts is missing',
    ],
    ['of text where a list is', () => partsOf({ a: [] }, { path: ['a'], parts: 1 }, 'x'), 'is no list'],
    [
      'of a list that cannot be unpacked',
      () =>
        Buffer.concat([
          partsOf({ a: [] }, { path: ['a'], parts: 1 }),
          lengthOf(Buffer.from('abc')),
          Buffer.from('abc'),
        ]),
      'it cannot be unpacked',
    ],
  ])('is refused in words: one %s', async (_what, make, words) => {
    const refused = readAll(make())
    await expect(refused).rejects.toThrow(StateError)
    await expect(refused).rejects.toThrow(words)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  test('is taken as it is where nothing is wrong with its form', async () => {
    const made = partsOf({ a: { b: [] }, c: 1 }, { path: ['a', 'b'], parts: 2 }, [1, 2], ['x'])
    expect(await readAll(made)).toEqual({ a: { b: [1, 2, 'x'] }, c: 1 })
  })

  test.each<[string, () => Buffer]>([
    ['as a whole', () => packed(Buffer.alloc(48 * MIB))],
    [
      'in many parts',
      () => {
        const rest = encodeState({ a: [] })
        const head = encodeState({ path: ['a'], parts: 48 })
        return packed(rest, head, ...Array.from({ length: 48 }, () => encodeState([new Uint8Array(MIB)])))
      },
    ],
  ])('is not unpacked to far more than it is, %s', async (_how, make) => {
    const bomb = make()
    expect(bomb.length).toBeLessThan(MIB / 2)
    const before = process.memoryUsage().rss
    await expect(readAll(bomb)).rejects.toThrow('it cannot be unpacked: ')
    expect((process.memoryUsage().rss - before) / MIB).toBeLessThan(40)
  })
})

test.each<[string, Record<string, string | null>]>([
  ['no version', { version: 'NaN' }],
  ['an endless version', { version: 'inf' }],
  ['a version in another form', { version: '1e9' }],
  ['a version beyond all numbers', { version: '1152921504606846976' }],
  ['a negative version', { version: '-1' }],
  ['no epoch', { epoch: null }],
  ['an epoch of text', { epoch: 'x' }],
  ['an epoch beyond all numbers', { epoch: '99999999999999999999' }],
  ['a hash that is none', { hash: '../../lease' }],
  ['a hash without end', { hash: 'a'.repeat(MIB) }],
])('a head that is hostile is none: %s', (_what, odd) => {
  const good = { version: '7', epoch: '3', hash: 'a'.repeat(64) }
  expect(headOf(good)).toEqual({ version: 7, epoch: 3, hash: good.hash })
  expect(headOf({ ...good, ...odd })).toBeNull()
})

test('notes of incidents that are hostile leave incidents as they are', () => {
  const log = incidentLog()
  const incident = {
    id: 'x',
    status: 'open',
    summary: 'x'.repeat(MIB),
    anomalies: Array.from({ length: 1e4 }, String),
  }
  const odd = [
    'not JSON',
    '[',
    'null',
    '1',
    '[null, 1, "a", [], {}]',
    `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    JSON.stringify([{ event: { id: '__proto__', change: 'opened', incident }, quiet: false }]),
    JSON.stringify([{ event: { toString: 1 }, quiet: { valueOf: 1 } }]),
    '[{"__proto__": {"event": 1}, "event": {"__proto__": null}}]',
  ]
  for (const text of odd) mirrorNotes(Buffer.from(text), log, false)
  expect(log.size).toBe(0)
})

test('samples of a replica whose name is endless are refused', () => {
  const batch = { replica: 'x'.repeat(60_000), judged: 5, rare: 0, spanMs: 9, records: [] }
  const bytes = encodeBatch(batch as Parameters<typeof encodeBatch>[0], 3)
  expect(() => decodeBatch(bytes, 3)).toThrow(SampleError)
})
