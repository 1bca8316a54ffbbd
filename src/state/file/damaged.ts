import { readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const KEPT = 5

/**
 * Renames a state that cannot be used to `….damaged-<time>`. Five are kept: the first, which holds most of what was
 * learnt, and the last four.
 * @returns where it is now
 */
export async function setAside(path: string): Promise<string> {
  const prefix = `${basename(path)}.damaged-`
  const folder = dirname(path)
  const known = (await readdir(folder)).filter((name) => name.startsWith(prefix)).sort()
  // A colon is no part of a file's name everywhere.
  const name = `${prefix}${new Date().toISOString().replaceAll(':', '-')}`
  // Of the same millisecond the later one has the higher number, so that names sort by time.
  const latest = known.filter((each) => each.startsWith(name)).at(-1)
  const number = Number(latest?.slice(name.length + 1)) + 1
  const unused = latest === undefined ? name : `${name}-${String(number).padStart(3, '0')}`
  await rename(path, join(folder, unused))
  const surplus = known.slice(1, Math.max(1, known.length - (KEPT - 2)))
  // What is no file, or may not be removed, stays.
  for (const old of surplus) await rm(join(folder, old)).catch(() => {})
  return join(folder, unused)
}
