import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decodeModel, encodeModel, hashOf } from '#sentinel/fleet/model/model-blob.js'
import type { CapturedModel } from '#sentinel/sentinel/following.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { StateError, type StateValue } from '#sentinel/state/section.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { ordinary, questions } from './traffic.js'

const ROUTES = 60
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Ordinary records of many routes. */
function traffic(count: number, seed: number): Telemetry[] {
  return (ordinary(count, seed) as Telemetry[]).map((record, i) => ({
    ...record,
    route: `/shop/${String.fromCharCode(97 + (i % 26))}${String.fromCharCode(97 + ((i % ROUTES) % 25))}`,
  }))
}

/** A model with another last part of a long list, made of what it was. */
function withLast(model: Uint8Array, owner: 'alarm' | 'detector', forge: (items: StateValue) => unknown) {
  const view = new DataView(model.buffer, model.byteOffset, model.byteLength)
  const parts: Buffer[] = []
  for (let at = 5; at < model.length; ) {
    const from = at + 4
    at = from + view.getUint32(at, true)
    parts.push(inflateRawSync(model.subarray(from, at)))
  }
  const heads = parts.map((part) => decodeState(part) as { path?: string[]; parts: number })
  const head = heads.findIndex(({ path }) => path?.[0] === owner)
  const last = head + (heads[head]?.parts as number)
  parts[last] = Buffer.from(encodeState(forge(decodeState(parts[last] as Buffer)) as StateValue))
  const pieces = parts.map((part) => deflateRawSync(part))
  const lengths = pieces.map(({ length }) => new Uint8Array(Uint32Array.of(length).buffer))
  return Buffer.concat([
    model.subarray(0, 5),
    ...pieces.flatMap((piece, i) => [lengths[i] as Uint8Array, piece]),
  ])
}

/** The same list, with the last item's fields changed. */
const changed = (fields: object) => (items: StateValue) => {
  const list = items as readonly object[]
  return [...list.slice(0, -1), { ...list.at(-1), ...fields }]
}

const members: Sentinel[] = []
afterAll(async () => {
  for (const sentinel of members) await sentinel.close()
})

async function member() {
  const sentinel = await Sentinel.create()
  members.push(sentinel)
  let judged = 0
  const following = sentinel.join({
    judged: () => {
      judged += 1
    },
  })
  return { sentinel, following, judged: () => judged }
}

describe('a sentinel that judges by what others have learnt', () => {
  let bytes: Uint8Array
  /** Of the same routes and more, with few records of some, and other values. */
  let former: Uint8Array[]
  let expected: unknown[]
  const asked = [...(questions(500, 9) as Telemetry[]), ...traffic(500, 10)]
  beforeAll(async () => {
    const { sentinel, following } = await member()
    for (const [i, record] of traffic(12_000, 3).entries()) {
      sentinel.judge(record)
      if (i % 500 === 0) await turn()
    }
    await sentinel.detector.settled()
    bytes = await encodeModel(following.capture())
    expected = asked.map((record) => sentinel.tryOut(record))
    former = []
    const { sentinel: another, following: taught } = await member()
    for (const count of [200, 6_000]) {
      for (const [i, record] of (traffic(count, count) as Required<Telemetry>[]).entries())
        another.judge({
          ...record,
          latency: 1 + 30 * record.latency,
          route: record.route.slice(0, 5 + (i % 3)),
        })
      await another.detector.settled()
      for (const record of traffic(count, 5)) another.judge({ ...record, errors: 3 })
      await another.detector.settled()
      former.push(await encodeModel(taught.capture()))
    }
  })
  const model = (): Promise<CapturedModel> => decodeModel(bytes)

  test('says the same of every record, whatever it judged before and judges meanwhile', async () => {
    for (const before of [0, 300]) {
      const { sentinel, following, judged } = await member()
      for (const record of traffic(before, 77)) sentinel.judge(record)
      let turns = 0
      const prepared = await following.prepare(await model(), async () => {
        turns += 1
        sentinel.judge(asked[turns % asked.length] as Telemetry)
        await turn()
      })
      // One for every few of the routes: nobody waits for all of them.
      expect(turns).toBeGreaterThan(ROUTES / 16 + ROUTES / 8)
      following.adopt(prepared, 'one')
      expect(following.name).toBe('one')
      for (const record of traffic(300, 5)) sentinel.judge(record)
      expect(judged()).toBe(before + turns + 300)
      for (const [i, record] of asked.entries()) {
        const trial = sentinel.tryOut(record)
        expect(trial?.verdict.model).toBe('one')
        expect({ ...trial, verdict: { ...trial?.verdict, model: undefined } }).toEqual(expected[i])
      }
    }
  })

  test('says the same whatever it followed before', async () => {
    const { sentinel, following } = await member()
    const [young, old] = former as [Uint8Array, Uint8Array]
    for (const each of [young, old, young, old, bytes]) {
      const before = await decodeModel(await encodeModel(following.capture()))
      // What is being captured, twice at once, stays as it was.
      const captured = [following.capture(), following.capture()]
      const { following: fresh } = await member()
      fresh.adopt(await fresh.prepare(await decodeModel(each), turn), 'one')
      const alike = hashOf(await encodeModel(fresh.capture()))
      for (let time = 1; time <= 2; time++) {
        following.adopt(await following.prepare(await decodeModel(each), turn), 'one')
        const after = following.capture()
        if (time === 2)
          for (const capture of captured)
            expect(await decodeModel(await encodeModel(capture))).toEqual(before)
        expect(hashOf(await encodeModel(after))).toBe(alike)
      }
    }
    for (const [i, record] of asked.entries()) {
      const trial = sentinel.tryOut(record)
      expect({ ...trial, verdict: { ...trial?.verdict, model: undefined } }).toEqual(expected[i])
    }
  })

  test('learns on from there when it is left alone, and follows again', async () => {
    const { sentinel, following } = await member()
    following.adopt(await following.prepare(await model(), turn), 'one')
    const { records } = sentinel.detector
    sentinel.judge(asked[0] as Telemetry)
    expect(sentinel.detector.records).toBe(records)
    expect(() => sentinel.operator.reset()).toThrow('the fleet says what is normal')
    following.thaw()
    expect(following.name).toBeNull()
    for (const record of traffic(200, 8)) sentinel.judge(record)
    expect(sentinel.detector.records).toBe(records + 200)
    await sentinel.detector.settled()
    following.adopt(await following.prepare(await model(), turn), 'two')
    expect(sentinel.detector.records).toBe(records)
    expect(sentinel.tryOut(asked[1] as Telemetry)?.verdict.score).toBe(
      (expected[1] as { verdict: { score: number } }).verdict.score,
    )
  })

  test('refuses bytes that are cut off, changed or of another format as a whole', async () => {
    const { sentinel, following } = await member()
    following.adopt(await following.prepare(await model(), turn), 'one')
    const damaged = [
      bytes.subarray(0, 3),
      bytes.subarray(0, bytes.length - 100),
      bytes.map((byte, i) => (i === 4 ? byte + 1 : byte)),
      ...[0.1, 0.3, 0.5, 0.9].map((share) =>
        bytes.map((byte, i) => (i === Math.floor(share * bytes.length) ? byte ^ 0x55 : byte)),
      ),
      ...['text', [null], [{ name: '/shop/aa' }]].flatMap((last) => [
        withLast(bytes, 'alarm', () => last),
        withLast(bytes, 'detector', () => last),
      ]),
      withLast(bytes, 'detector', changed({ established: 1 })),
      withLast(bytes, 'detector', changed({ size: 3 })),
      withLast(bytes, 'detector', changed({ established: true, columns: [] })),
      withLast(bytes, 'detector', changed({ median: Float64Array.of(1, Number.NaN, 1) })),
      withLast(bytes, 'detector', (items) => [...(items as StateValue[]), (items as StateValue[])[0]]),
    ]
    for (const [i, each] of damaged.entries()) {
      const prepared = decodeModel(each).then((found) => following.prepare(found, turn))
      await expect(prepared, `damage ${i}`).rejects.toThrow(StateError)
    }
    expect(sentinel.tryOut(asked[2] as Telemetry)?.verdict.model).toBe('one')
    // And the next good one is taken, whatever was left of those.
    const same = withLast(bytes, 'detector', (items) => items)
    following.adopt(await following.prepare(await decodeModel(same), turn), 'two')
    for (const [i, record] of asked.entries()) {
      const trial = sentinel.tryOut(record)
      expect({ ...trial, verdict: { ...trial?.verdict, model: undefined } }).toEqual(expected[i])
    }
  })
})
