import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { START_ARGUMENTS } from '../start-command.js'

const run = promisify(execFile)

/**
 * Lets 24 MB outlive collections, twice. In between a thread starts, and a collection may shrink the young generation.
 */
const SCRIPT = `
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { holdYoungGeneration, youngBytes } from '#sentinel/v8/heap.js'
const hold = process.argv[1] === 'held' ? holdYoungGeneration : () => {}
const grow = () => {
  let kept = []
  for (let i = 0; i < 3000; i++) {
    kept.push(new Array(1024).fill(i))
    hold()
  }
  // Some versions count pages of survivors until the next collection.
  kept = null
  gc({ type: 'minor' })
  return youngBytes() / 2 ** 20
}
const first = grow()
await once(new Worker('', { eval: true }), 'exit')
await gc({ type: 'major', execution: 'async', flavor: 'last-resort' })
console.log(JSON.stringify([first, grow()]))
`

async function grownMiB(how: 'held' | 'free'): Promise<number[]> {
  const flags = ['--expose-gc', '--input-type=module', '--eval', SCRIPT, how]
  return JSON.parse((await run(process.execPath, flags)).stdout)
}

test('the young generation grows to 4 MiB twice over and is held there', async () => {
  for (const mib of await grownMiB('held')) {
    expect(mib).toBeGreaterThanOrEqual(4)
    // Once more it may double, while the thread starts and nobody looks.
    expect(mib).toBeLessThanOrEqual(16)
  }
})

test('left to itself V8 lets it grow to 16 MiB twice over', async () => {
  for (const mib of await grownMiB('free')) expect(mib).toBe(32)
})

test('npm start gives Node no flags: the command of the package and the image start the same service', () => {
  expect(START_ARGUMENTS).toEqual(['dist/server.js'])
})
