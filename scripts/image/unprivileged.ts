import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import process from 'node:process'

/** The user of the image; any number that owns nothing here would do. */
const UID = 65_532

const isRoot = process.getuid?.() === 0

export interface Place {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Runs a shell command as a user without rights and waits for its end. @throws when it fails, with its output */
export function runUnprivileged(command: string, { cwd, env }: Place): void {
  const identity = isRoot ? { uid: UID, gid: UID } : {}
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    cwd,
    env,
    ...identity,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`"${command}" ended with ${status}:\n${stdout}\n${stderr}`)
}

/** Gives a tree to the user that runs commands in it. */
export function handOver(tree: string): void {
  if (isRoot) execFileSync('chown', ['-R', `${UID}:${UID}`, tree])
}

/** Takes the right to write a tree from everybody; for root's tree that is nobody but root. */
export function makeReadOnly(tree: string): void {
  if (isRoot) execFileSync('chown', ['-R', '0:0', tree])
  execFileSync('chmod', ['-R', 'a-w,a+rX', tree])
}

/** Removes a tree, also what nobody may write in it. */
export function removeTree(tree: string): void {
  execFileSync('chmod', ['-R', 'u+w', tree])
  rmSync(tree, { recursive: true })
}

/**
 * Whether a command can be given a root file system that is read-only as a whole, as `docker run --read-only`
 * does: it takes a mount namespace of its own, and the right to make one.
 */
export function canMountReadOnly(): boolean {
  return isRoot && spawnSync('unshare', ['--mount', 'mount', '-o', 'remount,bind,ro', '/']).status === 0
}

/** Starts a command as the image's user: no rights, no new rights and, where that can be had, a read-only root. */
export function startContained(words: readonly string[], { cwd, env }: Place): ChildProcess {
  const { command, args } = contained(words)
  return spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The same for a command that ends by itself; gives its exit code. */
export function runContained(words: readonly string[], { cwd, env }: Place): number | null {
  const { command, args } = contained(words)
  return spawnSync(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] }).status
}

function contained(words: readonly string[]): { command: string; args: string[] } {
  const dropped = [
    'setpriv',
    `--reuid=${UID}`,
    `--regid=${UID}`,
    '--clear-groups',
    '--no-new-privs',
    ...words,
  ]
  if (canMountReadOnly()) {
    const script = 'mount -o remount,bind,ro / && exec "$@"'
    return { command: 'unshare', args: ['--mount', 'sh', '-c', script, 'sh', ...dropped] }
  }
  const [command = '', ...args] = isRoot ? dropped : words
  return { command, args }
}
