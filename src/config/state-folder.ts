import { type Stats, statSync } from 'node:fs'
import { quoted } from '../text/quoted.js'
import { ConfigError } from './config-error.js'

const SHOWN_CHARS = 300

/**
 * Refuses a path that leads to something else than a folder. One that leads nowhere is made, and a disk that is away
 * may come back.
 * @throws ConfigError in one line
 */
export function checkStateFolder(path: string): void {
  const found = statsOf(path)
  if (found === null || found.isDirectory()) return
  const kind = found.isFile() ? 'it is a file' : 'it is no folder'
  throw new ConfigError(
    'SENTINEL_STATE_DIR',
    `SENTINEL_STATE_DIR=${quoted(path, SHOWN_CHARS)} cannot be used: ${kind}; it must be a folder, which is made where it does not exist`,
  )
}

function statsOf(path: string): Stats | null {
  try {
    return statSync(path)
  } catch {
    return null
  }
}
