import { execFile } from 'node:child_process'
import process from 'node:process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** A program that has nothing else to do than to show so many records, and leaves its detector open. */
const programOf = (records: number): string => `
  void (async () => {
    const { Detector } = await import('#sentinel/detector/detector.js')
    const detector = await Detector.create({ nTrees: 600, trainDuty: 1 })
    for (let i = 0; i < ${records}; i++) detector.analyze({ latency: 100 + (i % 37), input_length: 1800 + i, errors: 0 })
    await detector.settled()
    console.log(detector.trainer, detector.trained)
  })()
`

test.each([
  ['waits for a fit that it asked for', 60, 'worker true\n'],
  ['does not wait for a thread that stands ready for one', 49, 'worker false\n'],
])('a process %s', async (_what, records, expected) => {
  const args = ['--eval', programOf(records)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  expect(stdout).toBe(expected)
})

test.each([['--input-type=module'], ['--input-type', 'module']])(
  'a program in the command line has a thread, too, with %s',
  async (...flags) => {
    const args = [...flags, '--eval', programOf(60)]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
    expect(stdout).toBe('worker true\n')
  },
)
