import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { collectYoung } from '#sentinel/v8/young-collection.js'

const MIB = 2 ** 20
const PIECE_BYTES = 64 * 1024

/** Most memory outside of the heap while 64 MiB come in pieces that nobody keeps. */
async function mostMiB(afterEachMiB: () => void): Promise<number> {
  const before = process.memoryUsage().arrayBuffers
  let most = 0
  for (let piece = 1; piece <= (64 * MIB) / PIECE_BYTES; piece++) {
    Buffer.allocUnsafeSlow(PIECE_BYTES)[0] = piece
    most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    if (piece % (MIB / PIECE_BYTES) !== 0) continue
    afterEachMiB()
    await turn()
  }
  return most / MIB
}

test('buffers that nobody has any more are freed by it, and otherwise pile up', async () => {
  expect(await mostMiB(collectYoung)).toBeLessThan(16)
  expect(await mostMiB(() => {})).toBeGreaterThan(16)
})

test('it leaves no collector behind for everybody', () => {
  collectYoung()
  expect((globalThis as { gc?: unknown }).gc).toBeUndefined()
})
