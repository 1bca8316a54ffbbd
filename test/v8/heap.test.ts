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
const largest = () => {
  const kept = []
  let bytes = 0
  for (let i = 0; i < 3000; i++) {
    kept.push(new Array(1024).fill(i))
    hold()
    bytes = Math.max(bytes, youngBytes())
  }
  return bytes / 2 ** 20
}
const first = largest()
await once(new Worker('', { eval: true }), 'exit')
await gc({ type: 'major', execution: 'async', flavor: 'last-resort' })
console.log(JSON.stringify([first, largest()]))
`

async function largestMiB(how: 'held' | 'free'): Promise<number[]> {
  const flags = ['--expose-gc', '--input-type=module', '--eval', SCRIPT, how]
  return JSON.parse((await run(process.execPath, flags)).stdout)
}

test('the young generation grows to 4 MiB twice over and no further, also after a thread started', async () => {
  for (const mib of await largestMiB('held')) {
    expect(mib).toBeGreaterThanOrEqual(8)
    expect(mib).toBeLessThan(16)
  }
})

test('left to itself V8 makes it larger', async () => {
  for (const mib of await largestMiB('free')) expect(mib).toBeGreaterThanOrEqual(16)
})

test('npm start gives Node no flags: the command of the package and the image start the same service', () => {
  expect(START_ARGUMENTS).toEqual(['dist/server.js'])
})
