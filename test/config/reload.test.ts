import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ConfigError } from '#sentinel/config/config-error.js'
import { reloadConfig, settingsIn } from '#sentinel/config/reload.js'

async function file(text: string): Promise<{ readonly path: string; write(text: string): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'sentinel-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'sentinel.yaml')
  await writeFile(path, text)
  return { path, write: (next) => writeFile(path, next) }
}

describe('settings that are read anew', () => {
  test('what changed is in force, wherever it was said', async () => {
    const { path, write } = await file('alert_rate: 0.01\nlog_level: warn\n')
    const source = { SENTINEL_CONFIG: path, SENTINEL_LOG_LEVEL: 'error' }
    const before = settingsIn(source)
    await write('alert_rate: 0.02\nlog_level: debug\n')
    const { config, changed, kept, settings } = reloadConfig({ ...source, SENTINEL_RATE_LIMIT: '5' }, before)
    expect(config.alerts.rate).toBe(0.02)
    expect(config.limits.rateLimit).toBe(5)
    // The environment goes on to win over the file.
    expect(config.logLevel).toBe('error')
    expect(changed).toEqual(['SENTINEL_RATE_LIMIT', 'SENTINEL_ALERT_RATE'])
    expect(kept).toEqual([])
    expect(reloadConfig({ ...source, SENTINEL_RATE_LIMIT: '5' }, settings).changed).toEqual([])
  })

  test('what is no longer said takes its default', async () => {
    const { path, write } = await file('alert_rate: 0.01\n')
    const before = settingsIn({ SENTINEL_CONFIG: path })
    await write('')
    const { config, changed } = reloadConfig({ SENTINEL_CONFIG: path }, before)
    expect(config.alerts.rate).toBe(0.001)
    expect(changed).toEqual(['SENTINEL_ALERT_RATE'])
  })

  test.each([
    ['port: 9000\nmax_connections: 7\n', ['SENTINEL_PORT', 'SENTINEL_MAX_CONNECTIONS']],
    ['state_dir: elsewhere\n', ['SENTINEL_STATE_DIR']],
  ])('what is read at the start alone stays: %j', async (text, variables) => {
    const { path, write } = await file('port: 8001\n')
    const source = { SENTINEL_CONFIG: path }
    const before = settingsIn(source)
    await write(`${text}alert_rate: 0.02\n`)
    const { config, changed, kept } = reloadConfig(source, before)
    expect(config.port).toBe(8001)
    expect(config.limits.maxConnections).toBe(1024)
    expect(config.state.dir).toBeNull()
    expect(config.alerts.rate).toBe(0.02)
    expect(changed).toEqual(['SENTINEL_ALERT_RATE'])
    expect(kept).toEqual(expect.arrayContaining(variables))
    // And is said again the next time.
    expect(reloadConfig(source, { ...before }).kept).toEqual(kept)
  })

  test('another file is none that is read', async () => {
    const [one, other] = [await file('alert_rate: 0.01\n'), await file('alert_rate: 0.02\n')]
    const before = settingsIn({ SENTINEL_CONFIG: one.path })
    const { config, kept } = reloadConfig({ SENTINEL_CONFIG: other.path }, before)
    expect(kept).toEqual(['SENTINEL_CONFIG'])
    expect(config.alerts.rate).toBe(0.01)
  })

  test('settings that cannot be used are refused as at the start', async () => {
    const { path, write } = await file('')
    const before = settingsIn({ SENTINEL_CONFIG: path })
    await write('alert_rate: 2\n')
    expect(() => reloadConfig({ SENTINEL_CONFIG: path }, before)).toThrow(ConfigError)
    await write('')
    expect(() => reloadConfig({ SENTINEL_TREES: 'many' }, before)).toThrow(
      /^SENTINEL_TREES="many" cannot be used/,
    )
  })
})
