import { readFileSync } from 'node:fs'
import process from 'node:process'
import { parseEnv } from 'node:util'
import type { EnvironmentSource } from './schema.js'

const FILE = '.env'

/**
 * The environment, and what a file `.env` in the working directory adds to it. What is set in the environment wins;
 * what is set to nothing there, as Compose hands on a variable without a value, counts as not set.
 * @throws Error in one line when there is such a file and it cannot be read
 */
export function environmentWithFile(environment: EnvironmentSource = process.env): EnvironmentSource {
  const merged: Record<string, string | undefined> = { ...fromFile() }
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && (value.trim() !== '' || merged[name] === undefined)) merged[name] = value
  }
  return merged
}

function fromFile(): EnvironmentSource {
  try {
    // Some editors begin a file with a mark that would belong to the first name.
    return parseEnv(readFileSync(FILE, 'utf8').replace(/^\ufeff/, '')) as EnvironmentSource
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // A folder of this name is a virtual environment of Python's.
    if (code === 'ENOENT' || code === 'EISDIR') return {}
    throw new Error(`${FILE} in the working directory cannot be read: ${message}`)
  }
}
