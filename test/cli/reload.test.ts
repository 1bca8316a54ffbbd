import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { reload } from '#sentinel/cli/reload/command.js'

const LISTENER =
  "process.on('SIGHUP', () => process.exit(7)); setInterval(() => {}, 1000); console.log('ready')"

describe('codeflow-sentinel reload', () => {
  test('tells the process', async () => {
    const child = spawn(process.execPath, ['--eval', LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    const ended = once(child, 'exit')
    expect(await reload([String(child.pid)])).toBe(0)
    expect(await ended).toEqual([7, null])
  })

  test('does not where the settings cannot be used', async () => {
    vi.stubEnv('SENTINEL_TREES', 'many')
    onTestFinished(() => void vi.unstubAllEnvs())
    await expect(reload([String(process.pid)])).rejects.toThrow('SENTINEL_TREES="many" cannot be used')
  })

  test.each([[[]], [['one']], [['0']], [['1', '2']], [['9'.repeat(11)]]])('refuses %j', async (args) => {
    await expect(reload(args)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(/^reload needs the id/),
    })
  })

  test('says that there is no such process', async () => {
    await expect(reload(['2147483646'])).rejects.toMatchObject({
      exitCode: 3,
      message: 'there is no process 2147483646',
    })
  })
})
