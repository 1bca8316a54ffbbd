import files, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { decodeState, encodeState } from '#sentinel/state/codec.js'
import { StateFile } from '#sentinel/state/file/state-file.js'

/** A disk that fails at one call, and notes all of them. */
const disk = {
  calls: [] as string[],
  /** Which call from now on fails, from 0; -1 for none. */
  failsAt: -1,
  code: 'EIO',
}

const real = { ...files }

async function called<T>(
  name: string,
  act: () => Promise<T>,
  half: () => Promise<unknown> = async () => {},
): Promise<T> {
  const fails = disk.calls.push(name) - 1 === disk.failsAt
  if (!fails) return act()
  await half()
  throw Object.assign(new Error(`${disk.code}: ${name}`), { code: disk.code })
}

function watched(file: FileHandle, path: string): FileHandle {
  const name = basename(path)
  return new Proxy(file, {
    get(target, property) {
      const member = Reflect.get(target, property, target) as unknown
      if (typeof member !== 'function') return member
      const act = (...args: unknown[]): Promise<unknown> =>
        (member as (...args: unknown[]) => Promise<unknown>).apply(target, args)
      if (property === 'writeFile') {
        return (bytes: Uint8Array) =>
          // What a full disk leaves: the beginning.
          called(
            `write ${name}`,
            () => act(bytes),
            () => act(bytes.subarray(0, bytes.length >> 1)),
          )
      }
      if (property === 'close')
        return () =>
          called(
            `close ${name}`,
            () => act(),
            () => act(),
          )
      if (property === 'sync' || property === 'stat' || property === 'readFile') {
        return (...args: unknown[]) => called(`${String(property)} ${name}`, () => act(...args))
      }
      return act
    },
  })
}

Object.assign(files, {
  open: (path: string, ...rest: [string | number, number?]) =>
    called(`open ${basename(path)}`, async () => watched(await real.open(path, ...rest), path)),
  rename: (from: string, to: string) => called(`rename ${basename(from)}`, () => real.rename(from, to)),
  rm: (path: string, options: object) => called(`rm ${basename(path)}`, () => real.rm(path, options)),
  mkdir: (path: string, options: object) => called('mkdir', () => real.mkdir(path, options)),
})
// Whoever imported them by name has these now.
syncBuiltinESMExports()

const OLD = encodeState({ value: 'old', bulk: new Float64Array(2000).fill(1) })
const NEW = encodeState({ value: 'new', bulk: new Float64Array(3000).fill(2) })
const NEWER = encodeState({ value: 'newer', bulk: new Float64Array(10).fill(3) })

let dir: string
beforeEach(async () => {
  dir = await real.mkdtemp(join(tmpdir(), 'sentinel-disk-'))
  onTestFinished(() => real.rm(dir, { recursive: true }))
  works()
})

function works(): void {
  disk.calls.length = 0
  disk.failsAt = -1
}

function breaksAt(call: number, code: string): void {
  disk.calls.length = 0
  disk.failsAt = call
  disk.code = code
}

/** What is found on the disk, by somebody for whom it works. */
async function stored(): Promise<Uint8Array> {
  works()
  const bytes = await new StateFile(dir).read()
  decodeState(bytes as Uint8Array)
  return Uint8Array.from(bytes as Uint8Array)
}

async function holding(bytes: Uint8Array): Promise<StateFile> {
  const file = new StateFile(dir)
  onTestFinished(async () => {
    works()
    await file.release()
  })
  await file.write(bytes)
  works()
  return file
}

test('a state is on the disk before its name is, and the name before it counts as written', async () => {
  const file = await holding(OLD)
  await file.write(NEW)
  const order = disk.calls.filter((call) => !call.includes('lock'))
  expect(order).toEqual([
    'mkdir',
    'rm sentinel.state.new',
    'open sentinel.state.new',
    'write sentinel.state.new',
    'sync sentinel.state.new',
    'close sentinel.state.new',
    'rename sentinel.state.new',
    expect.stringMatching(/^open sentinel-disk-/),
    expect.stringMatching(/^sync sentinel-disk-/),
    expect.stringMatching(/^close sentinel-disk-/),
  ])
})

describe.each(['EIO', 'ENOSPC'])('a disk that says %s', (code) => {
  test('at any one call of a write leaves the old or the new state whole, and the next write succeeds', async () => {
    const file = await holding(OLD)
    await file.write(OLD)
    const calls = disk.calls.length
    expect(calls).toBeGreaterThan(8)
    let refused = 0
    for (let call = 0; call < calls; call++) {
      works()
      await file.write(OLD)
      breaksAt(call, code)
      const outcome = await file.write(NEW).then(
        () => 'written',
        (error: NodeJS.ErrnoException) => error.code,
      )
      if (outcome !== 'written') {
        expect(outcome).toBe(code)
        refused++
      }
      const found = await stored()
      expect([OLD, NEW]).toContainEqual(found)
      if (outcome === 'written') expect(found).toEqual(NEW)
      works()
      await file.write(NEWER)
      expect(await stored()).toEqual(NEWER)
    }
    expect(refused).toBeGreaterThan(calls / 2)
  })

  test('at any one call of a read says so, and leaves the state as it is', async () => {
    await holding(OLD)
    await new StateFile(dir).read()
    const calls = disk.calls.length
    for (let call = 0; call < calls; call++) {
      breaksAt(call, code)
      await expect(new StateFile(dir).read()).rejects.toMatchObject({ code })
      expect(await stored()).toEqual(OLD)
    }
  })
})
