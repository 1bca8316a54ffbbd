import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Room } from '#sentinel/fleet/model/room.js'
import { MAX_STATE_BYTES } from '#sentinel/state/file/whole-file.js'
import { StateError } from '#sentinel/state/section.js'

const MIB = 2 ** 20

test.each([
  ['32 times what it is packed', MIB, 32 * MIB],
  ['16 MiB where it is small', 1000, 16 * MIB],
  ['no more than a state on the disk may be', 2 ** 40, MAX_STATE_BYTES],
])('a model may be unpacked to %s', (_what, packed, unpacked) => {
  expect(new Room(packed).left).toBe(unpacked)
})

test('its parts are unpacked while all of them together have room, and no further', () => {
  const room = new Room(1000)
  const part = deflateRawSync(new Uint8Array(6 * MIB))
  expect([room.unpack(part), room.unpack(part)].map(({ length }) => length)).toEqual([6 * MIB, 6 * MIB])
  expect(room.left).toBe(4 * MIB)
  expect(() => room.unpack(part)).toThrow(StateError)
  expect(room.unpack(deflateRawSync(new Uint8Array(4 * MIB)))).toHaveLength(4 * MIB)
  expect(() => room.unpack(part)).toThrow(StateError)
})
