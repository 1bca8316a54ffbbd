import { readdirSync, readFileSync } from 'node:fs'

/** What may come to be open beside connections: the state and its folder, threads, a language model, a webhook, pages. */
const SPARE_FILES = 64

/** How many files the process may have open, and how many it has. */
export interface OpenFiles {
  readonly most: number
  readonly now: number
}

/** Null where the system does not tell. A limit that can be raised was raised by Node at its start. */
export function openFiles(): OpenFiles | null {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8')
    const [, text] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? []
    if (text === undefined || text === 'unlimited') return null
    return { most: Number(text), now: readdirSync('/proc/self/fd').length }
  } catch {
    return null
  }
}

/**
 * How many connections can be served without running out of files, each of which takes one: at most `wanted`, at least 1.
 * @param others connections that may be open besides
 */
export function connectionsWithin(files: OpenFiles | null, wanted: number, others: number): number {
  if (files === null) return wanted
  return Math.max(1, Math.min(wanted, files.most - files.now - SPARE_FILES - others))
}
