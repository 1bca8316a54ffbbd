import { expect, test } from 'vitest'
import { BodyRooms } from '#sentinel/http/batch/body-rooms.js'
import { BATCH_BODY_LIMIT_BYTES } from '#sentinel/http/limits.js'

test('a room goes from one body to the next, and never to two at a time', () => {
  const rooms = new BodyRooms()
  const [first, second, third] = [{}, {}, {}]
  const room = rooms.lend(first)
  expect(room.length).toBe(BATCH_BODY_LIMIT_BYTES)
  const other = rooms.lend(second)
  expect(other.buffer).not.toBe(room.buffer)
  rooms.takeBack(first)
  rooms.takeBack(first)
  rooms.takeBack(second)
  expect(rooms.lend(third)).toBe(room)
  expect(rooms.lend(first)).not.toBe(room)
})

test('who was lent nothing gives nothing back', () => {
  const rooms = new BodyRooms()
  const room = rooms.lend(rooms)
  rooms.takeBack({})
  expect(rooms.lend({})).not.toBe(room)
})
