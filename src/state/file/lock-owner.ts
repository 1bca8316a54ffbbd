import { randomUUID } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import process from 'node:process'

/** The process that holds a folder, as its lock file says. */
export interface LockOwner {
  /** Tells this taking of the lock from every other. */
  readonly id: string
  readonly pid: number
  /** When the process started, in the clock ticks of its machine; empty where the system does not tell. */
  readonly started: string
  readonly host: string
  /** Where the pid means something: this boot of this machine, and this set of processes in it. */
  readonly place: string
  /** When the lock was taken, ISO 8601: for people. */
  readonly since: string
}

/** This process, as the owner of a lock that it is about to take. */
export function thisProcess(): LockOwner {
  const { pid } = process
  const since = new Date().toISOString()
  return { id: randomUUID(), pid, started: startOf(pid) ?? '', host: hostname(), place: place(), since }
}

/** @returns null for what is no owner, such as a file that was not written to its end */
export function parseOwner(json: string): LockOwner | null {
  try {
    const { id, pid, started, host, place: where, since } = JSON.parse(json)
    const texts = [id, started, host, where, since]
    return Number.isSafeInteger(pid) && texts.every((text) => typeof text === 'string')
      ? { id, pid, started, host, place: where, since }
      : null
  } catch {
    return null
  }
}

/**
 * Whether the owner still runs. A pid is given again, so the time of its start must agree, too. Null where that cannot
 * be told from here: of another machine or container, or where the system does not tell.
 */
export function runs({ pid, started, place: where }: LockOwner): boolean | null {
  if (where !== place()) return null
  if (!exists(pid)) return false
  const startedNow = startOf(pid)
  if (started === '' || startedNow === undefined) return null
  return startedNow === started
}

/** For log lines: control characters cannot be in there, the logger escapes them. */
export function describe({ pid, host, since }: LockOwner): string {
  return `process ${pid} on ${host} since ${since}`
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Undefined where there is no such process, or it has ended and only its parent has not taken notice yet. */
function startOf(pid: number): string | undefined {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
  // The name of the program, in parentheses, may hold anything. Behind it: state, and as the 20th the start.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : fields[19]
}

function place(): string {
  const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  return [hostname(), boot, read(() => readlinkSync('/proc/self/ns/pid'))].join(' ')
}

function read(file: () => string): string {
  try {
    return file()
  } catch {
    return ''
  }
}
