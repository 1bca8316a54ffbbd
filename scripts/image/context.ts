import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Pattern {
  readonly matches: RegExp
  readonly keeps: boolean
}

/** `.dockerignore` as Docker reads it: the last pattern that matches decides; a folder takes what is below it. */
export function readIgnored(text: string): (path: string) => boolean {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(patternOf)
  return (path) => {
    const decisive = patterns.findLast(({ matches }) => matches.test(path))
    return decisive !== undefined && !decisive.keeps
  }
}

function patternOf(line: string): Pattern {
  const keeps = line.startsWith('!')
  const glob = (keeps ? line.slice(1) : line).replace(/^\/|\/$/g, '')
  const source = glob
    .split(/(\*\*\/|\*|\?)/)
    .map((part) => {
      if (part === '**/') return '(?:.*/)?'
      if (part === '*') return '[^/]*'
      if (part === '?') return '[^/]'
      return part.replace(/[.+^${}()|[\]\\]/g, '\\$&')
    })
    .join('')
  return { matches: new RegExp(`^${source}(?:/|$)`), keeps }
}

/**
 * Lays out what a build of a fresh clone would send as its context: the files that git knows or would take, less
 * those that `.dockerignore` names.
 */
export function copyContext(root: string, folder: string): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const ignored = readIgnored(readFileSync(join(root, '.dockerignore'), 'utf8'))
  const files = listed
    .split('\0')
    .filter((path) => path !== '' && !ignored(path) && existsSync(join(root, path)))
  for (const path of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(root, path), join(folder, path))
  }
  return files
}
