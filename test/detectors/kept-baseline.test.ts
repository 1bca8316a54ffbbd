import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BaselineFiles } from '#sentinel/detectors/baseline-files.js'
import { KeptBaseline } from '#sentinel/detectors/kept-baseline.js'
import { Sentinel } from '#sentinel/sentinel.js'
import { ownFolder } from './configured.js'

interface Line {
  readonly level: string
  readonly fields: { readonly [name: string]: unknown }
}

/** A baseline of one entity in a folder of its own, and what is logged of it. */
async function baseline(stateDir: string) {
  const lines: Line[] = []
  const at = (level: string) => (fields: object) => lines.push({ level, fields: { ...fields } })
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const sentinel = await Sentinel.create()
  onTestFinished(() => sentinel.close())
  const files = new BaselineFiles(stateDir, 'checkout', 10, async () => {})
  const origin = { detector: 'checkout', entity: 'a' }
  return {
    sentinel,
    kept: new KeptBaseline(sentinel, origin, files, log),
    files,
    errors: () => lines.filter(({ level }) => level === 'error'),
  }
}

const RECORD = { latency: 100, input_length: 1000, errors: 0 }

test.each(['save', 'setAside'] as const)(
  'what cannot be written by %s is told of, and written once it can be',
  async (how) => {
    const folder = ownFolder()
    const { sentinel, kept, files, errors } = await baseline(folder)
    sentinel.judge(RECORD)
    // A file where the folder is to be.
    const obstacle = join(folder, 'detectors')
    writeFileSync(obstacle, '')
    await kept[how]()
    const [{ fields } = { fields: {} }] = errors()
    expect(errors()).toHaveLength(1)
    expect(fields).toMatchObject({ detector: 'checkout', entity: 'a', path: files.pathOf('a') })
    expect((fields as { err: Error }).err.message).toContain(obstacle)
    expect([kept.saving, files.has('a')]).toEqual([false, false])

    rmSync(obstacle)
    // Nothing has come since: it is what was not written that is still to be.
    await kept.save()
    expect(errors()).toHaveLength(1)
    expect(existsSync(files.pathOf('a'))).toBe(true)
    const again = await baseline(folder)
    expect(again.sentinel.detector.records).toBe(1)
  },
)

test('what has not changed since is not written again', async () => {
  const folder = ownFolder()
  const { sentinel, kept, files } = await baseline(folder)
  sentinel.judge(RECORD)
  await kept.save()
  rmSync(files.pathOf('a'))
  await kept.save()
  expect(existsSync(files.pathOf('a'))).toBe(false)
  sentinel.judge(RECORD)
  await kept.save()
  expect(existsSync(files.pathOf('a'))).toBe(true)
})
