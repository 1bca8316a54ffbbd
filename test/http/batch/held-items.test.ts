import { expect, test } from 'vitest'
import { HeldItems } from '#sentinel/http/batch/held-items.js'
import { judgeBatch } from '#sentinel/http/batch/judge-batch.js'
import type { ItemJudge } from '#sentinel/http/batch/judge-item.js'
import { SharedTurns } from '#sentinel/http/batch/shared-turns.js'
import type { TelemetryRecord } from '#sentinel/telemetry/record.js'

const OWNERS = Array.from({ length: 100 }, (_, i) => ({ i }))

/** How many records of so many baselines in turn are held until it is full. */
function heldOf(owners: number, bytes: number): number {
  const held = new HeldItems()
  let n = 0
  do {
    const one = { line: n + 1, record: {} as TelemetryRecord, threat: null }
    held.add(one, OWNERS[n % owners] as object, bytes)
    n += 1
  } while (!held.isFull)
  return n
}

test('it is full with 256 records for each baseline, with 16,384 in all, and with 4 MiB', () => {
  expect([1, 2, 8].map((owners) => heldOf(owners, 100))).toEqual([256, 512, 2048])
  expect(heldOf(100, 100)).toBe(16_384)
  expect(heldOf(8, 16_384)).toBe(256)
  const rejected = new HeldItems()
  const error = { code: 'SENTINEL_INVALID_JSON', message: '' } as const
  rejected.add({ line: 1, status: 'REJECTED', error }, null, 5)
  expect(rejected.isFull).toBe(true)
})

test('a batch is judged baseline by baseline, those of each as they came, and told of as it came', async () => {
  const judged: number[] = []
  const judge: ItemJudge = {
    faultOf: () => null,
    judge: (_record, line) => {
      judged.push(line)
      return null
    },
    ownerOf: (record) => OWNERS[Number(record.route)] as object,
  }
  const lines = Array.from({ length: 9 }, (_, i) => i + 1)
  const value = (i: number) => ({ route: String(i % 3) })
  const items = { size: 9, read: (i: number) => ({ line: i + 1, value: value(i), fault: null, bytes: 20 }) }
  const told: number[] = []
  const sink = { ok: (line: number) => told.push(line), threat() {}, rejected() {} }
  await judgeBatch(judge, items, new SharedTurns(() => 0), sink)
  expect(judged).toEqual([1, 4, 7, 2, 5, 8, 3, 6, 9])
  expect(told).toEqual(lines)
})
