import { expect, test } from 'vitest'
import { SlidingWindow } from '#sentinel/detector/baseline/sliding-window.js'
import { Arena } from '#sentinel/forest/arena.js'

const shape = { nFeatures: 2, nTrees: 4, subsampleSize: 4, maxRows: 3, nSlots: 1 }

async function filled(count: number) {
  const arena = await Arena.create(shape)
  const window = new SlidingWindow(arena)
  for (let i = 1; i <= count; i++) window.push(Float32Array.of(i, -i))
  const n = window.copyToTraining()
  const rows = Array.from({ length: n }, (_, r) => arena.training[r * arena.rowStride])
  return { window, rows }
}

test('a window that is not full hands out its rows, oldest first', async () => {
  const { window, rows } = await filled(2)
  expect(window.size).toBe(2)
  expect(rows).toEqual([1, 2])
})

test.each([4, 5, 6, 7])(
  'a full window forgets its oldest row: after %i rows the last three',
  async (count) => {
    const { window, rows } = await filled(count)
    expect(window.size).toBe(3)
    expect(rows).toEqual([count - 2, count - 1, count])
  },
)
