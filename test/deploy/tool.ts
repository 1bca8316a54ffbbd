import { spawnSync } from 'node:child_process'
import process from 'node:process'

/**
 * Whether a program is on this machine. Where CI says that it installed it, its absence is a failure and not a
 * reason to skip.
 * @throws under CI when it is missing
 */
export function hasTool(name: string, { installedByCi = false } = {}): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${name}`]).status === 0
  if (!found && installedByCi && process.env.CI === 'true') {
    throw new Error(`${name} is missing, though CI installs it`)
  }
  return found
}

/** What a skipped test says. */
export function skipped(name: string, found: boolean): string {
  return found ? '' : ` (skipped: ${name} is not installed)`
}
