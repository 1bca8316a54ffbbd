import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { App } from '#sentinel/http/app.js'
import { setAside } from '#sentinel/state/file/damaged.js'
import { StateFile } from '#sentinel/state/file/state-file.js'
import { ServiceProcess } from '../../e2e/service-process.js'
import { analyze, historySize, metric, NORMAL, startApp } from '../../http/subject.js'
import { until } from '../../until.js'
import { failingFiles } from './failing-files.js'

let dir: string
let state: string
let lock: string
const log: Record<string, unknown>[] = []

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sentinel-folder-'))
  state = join(dir, 'sentinel.state')
  lock = join(dir, 'sentinel.lock')
  log.length = 0
  onTestFinished(() => rm(dir, { recursive: true }))
})

function start(environment: Record<string, string> = {}): Promise<App> {
  return startApp(
    { SENTINEL_STATE_DIR: dir, ...environment },
    { logger: { stream: { write: (line) => log.push(JSON.parse(line)) } } },
  )
}

function errors(): Record<string, unknown>[] {
  return log.filter(({ level }) => level === 'error')
}

async function learnt(n: number): Promise<void> {
  const app = await start()
  for (let i = 0; i < n; i++) await analyze(app, NORMAL)
  await app.close()
  log.length = 0
}

/** What a process leaves that was killed, or one elsewhere keeps. */
async function leave(owner: object): Promise<void> {
  const other = {
    id: 'x',
    pid: 1,
    started: '1',
    host: 'elsewhere',
    place: 'elsewhere',
    since: '2026-01-01T00:00:00.000Z',
  }
  await writeFile(lock, JSON.stringify({ ...other, ...owner }))
}

async function ownLock(): Promise<Record<string, string>> {
  const app = await start()
  const owner = JSON.parse(await readFile(lock, 'utf8'))
  await app.close()
  return owner
}

describe('a file system that cannot sync', () => {
  test.each(['EINVAL', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR'])(
    'a folder (%s) has kept the state all the same',
    async (code) => {
      const failing = await failingFiles('sync', code, async (file) => (await file.stat()).isDirectory())
      onTestFinished(() => failing.mockRestore())
      const app = await start()
      await analyze(app, NORMAL)
      await app.close()
      expect(errors()).toEqual([])
      expect(await historySize(await start())).toBe(1)
    },
  )

  test.each(['EINVAL', 'ENOTSUP', 'ENOSYS'])('a file (%s) has, too', async (code) => {
    const failing = await failingFiles('sync', code)
    onTestFinished(() => failing.mockRestore())
    await learnt(1)
    expect(await historySize(await start())).toBe(1)
    expect(errors()).toEqual([])
  })

  test.each(['EIO', 'ENOSPC', 'EDQUOT'])('but a sync that fails (%s) is a failed write', async (code) => {
    await learnt(2)
    const failing = await failingFiles('sync', code)
    onTestFinished(() => failing.mockRestore())
    const app = await start()
    await analyze(app, NORMAL)
    await app.close()
    expect(errors()).toMatchObject([{ err: { code } }])
  })
})

describe('two processes on one folder', () => {
  test('the second one says who has it, runs without state, and replaces nothing', async () => {
    const first = await ServiceProcess.start({ SENTINEL_STATE_DIR: dir })
    onTestFinished(async () => void (await first.stop('SIGKILL')))
    await first.post('/analyze-flow', NORMAL)
    const second = await start({ SENTINEL_STATE_INTERVAL_MS: '100' })
    expect(errors()).toHaveLength(1)
    const { pid } = JSON.parse(await readFile(lock, 'utf8'))
    expect(String(errors()[0]?.msg)).toContain(
      `the state is kept by process ${pid} on ${hostname()} since 20`,
    )
    expect((await analyze(second, NORMAL)).statusCode).toBe(200)
    await analyze(second, NORMAL)
    // Whoever watches the metrics sees that nothing is kept.
    await until(async () => {
      await analyze(second, NORMAL)
      return Boolean((await metric(second, 'sentinel_state_saves_total'))['{outcome="failed"}'])
    }, 'failing to write')
    expect(await first.stop()).toBe(0)
    await analyze(second, NORMAL)
    await second.close()
    expect(errors()).toHaveLength(1)
    const third = await start()
    expect(await historySize(third)).toBe(1)
  })

  test('of which one was killed: the next one takes over at once, whoever has its pid now', async () => {
    await learnt(3)
    const killed = await ServiceProcess.start({ SENTINEL_STATE_DIR: dir })
    await killed.stop('SIGKILL')
    expect(await readdir(dir)).toContain('sentinel.lock')
    const before = performance.now()
    const next = await start()
    expect([await historySize(next), errors()]).toEqual([3, []])
    await next.close()
    // A process that lives, and started at another time than the owner.
    await leave({ ...(await ownLock()), id: 'x', pid: process.ppid, started: '1' })
    expect(await historySize(await start())).toBe(3)
    expect(errors()).toEqual([])
    expect(performance.now() - before).toBeLessThan(20_000)
  })

  test('of which one is elsewhere: it is heard by touching its lock, and gone when it does not', async () => {
    await learnt(2)
    await leave({})
    const beat = setInterval(() => void utimes(lock, new Date(), new Date()).catch(() => {}), 200)
    const held = await start()
    clearInterval(beat)
    expect(String(errors()[0]?.msg)).toContain('the state is kept by process 1 on elsewhere since 2026-01-01')
    await held.close()
    log.length = 0
    expect(await historySize(await start())).toBe(2)
    expect(errors()).toEqual([])
  })

  test.each(['', '{"pid":', 'null', '[]'])(
    'a lock file with %j in it is nobody’s, unless it is touched',
    async (text) => {
      await learnt(1)
      await writeFile(lock, text)
      expect(await historySize(await start())).toBe(1)
      expect(errors()).toEqual([])
    },
  )

  test('whose lock was taken away writes nothing more, and does not forget it', async () => {
    const app = await start({ SENTINEL_STATE_INTERVAL_MS: '100' })
    await analyze(app, NORMAL)
    await leave({})
    await until(async () => {
      await analyze(app, NORMAL)
      return errors().length > 0
    }, 'an error')
    expect(JSON.stringify(errors()[0]?.err)).toContain('process 1 on elsewhere since 2026-01-01')
    await rm(lock)
    const before = (await readFile(state).catch(() => null))?.toString('hex')
    await analyze(app, NORMAL)
    await app.close()
    expect((await readFile(state).catch(() => null))?.toString('hex')).toBe(before)
  })

  test('within one process are two as well', async () => {
    const [one, other] = [new StateFile(dir), new StateFile(dir)]
    expect(await one.claim()).toBeNull()
    expect(await one.claim()).toBeNull()
    expect(await other.claim()).toContain(`process ${process.pid} on`)
    await one.release()
    expect(await other.claim()).toBeNull()
    await other.release()
    expect(await readdir(dir)).toEqual([])
  })

  test('that start together: one has it', async () => {
    const stores = Array.from({ length: 8 }, () => new StateFile(dir))
    const holders = await Promise.all(stores.map((store) => store.claim()))
    expect(holders.filter((holder) => holder === null)).toHaveLength(1)
    await Promise.all(stores.map((store) => store.release()))
  })

  test('a process that ends without a word leaves no lock', async () => {
    const program = `
      const { StateFile } = await import(${JSON.stringify(import.meta.resolve('#sentinel/state/file/state-file.js'))})
      if ((await new StateFile(process.argv[1]).claim()) !== null) process.exit(2)
      process.exit(3)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program, dir], {
      stdio: 'inherit',
    })
    expect(await once(child, 'exit')).toEqual([3, null])
    expect(await readdir(dir)).toEqual([])
  })
})

describe('what stands in the place of the state', () => {
  const others: [string, () => Promise<unknown>][] = [
    ['a pipe', async () => execFileSync('mkfifo', [state])],
    ['a folder', () => mkdir(state)],
    ['a link to a device without end', () => symlink('/dev/zero', state)],
    ['a link to a file of somebody else', () => symlink('/etc/passwd', state)],
  ]

  test.each(others)('%s is set aside, and the service starts afresh', async (_what, make) => {
    await make()
    const app = await start()
    expect(errors()).toMatchObject([{ msg: expect.stringContaining('was set aside') }])
    await analyze(app, NORMAL)
    await app.close()
    expect((await stat(state)).isFile()).toBe(true)
    expect(await historySize(await start())).toBe(1)
  })

  test('a file without end is not read', async () => {
    execFileSync('truncate', ['--size=300M', state])
    const app = await start()
    expect(errors()[0]).toMatchObject({ reason: expect.stringContaining('too many') })
    expect((await analyze(app, NORMAL)).statusCode).toBe(200)
  })

  test('a state that cannot be read is not damaged: it stays, and is not replaced', async () => {
    await learnt(3)
    const bytes = await readFile(state)
    const failing = await failingFiles('readFile', 'EIO')
    const app = await start()
    failing.mockRestore()
    await analyze(app, NORMAL)
    await app.close()
    expect(errors()).toMatchObject([{ reason: 'EIO: readFile' }])
    expect(await readFile(state)).toEqual(bytes)
    expect(await readdir(dir)).toEqual(['sentinel.state'])
    expect(await historySize(await start())).toBe(3)
  })

  test.skipIf(process.getuid?.() === 0)(
    'a state that may not be read stays, too (root may read everything)',
    async () => {
      await learnt(3)
      await chmod(state, 0)
      const app = await start()
      await analyze(app, NORMAL)
      await app.close()
      await chmod(state, 0o600)
      expect(await historySize(await start())).toBe(3)
    },
  )

  test('of what is damaged the first and the last four are kept', async () => {
    for (let n = 0; n < 8; n++) {
      await writeFile(state, `damaged ${n}`)
      await (await start()).close()
    }
    const kept = (await readdir(dir)).filter((name) => name.startsWith('sentinel.state.damaged-')).sort()
    const contents = await Promise.all(kept.map((name) => readFile(join(dir, name), 'utf8')))
    expect(contents).toEqual(['damaged 0', 'damaged 4', 'damaged 5', 'damaged 6', 'damaged 7'])
  })

  test('states set aside in the same millisecond do not replace each other', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    onTestFinished(() => void vi.useRealTimers())
    for (let n = 0; n < 7; n++) {
      await writeFile(state, `damaged ${n}`)
      await setAside(state)
    }
    const kept = (await readdir(dir)).filter((name) => name.startsWith('sentinel.state.damaged-')).sort()
    const contents = await Promise.all(kept.map((name) => readFile(join(dir, name), 'utf8')))
    expect(contents).toEqual(['damaged 0', 'damaged 3', 'damaged 4', 'damaged 5', 'damaged 6'])
  })

  test('a link in the place of the next state leads nothing out of the folder', async () => {
    const target = join(dir, 'precious')
    await writeFile(target, 'mine')
    await symlink(target, `${state}.new`)
    await learnt(1)
    expect(await readFile(target, 'utf8')).toBe('mine')
    expect(await historySize(await start())).toBe(1)
  })

  test('a path that is a file ends the start with one line', async () => {
    const file = join(dir, 'file')
    await writeFile(file, '')
    await expect(start({ SENTINEL_STATE_DIR: file })).rejects.toThrow(
      `SENTINEL_STATE_DIR=${JSON.stringify(file)} cannot be used: it is a file; it must be a folder, which is made where it does not exist`,
    )
  })
})
