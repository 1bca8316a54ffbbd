import { cpus } from 'node:os'

/** What the figures were taken on. */
export interface Machine {
  cpu: string
  cores: number
  node: string
  v8: string
  date: string
}

export function machine(): Machine {
  const cores = cpus()
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    node: process.version,
    v8: process.versions.v8,
    date: new Date().toISOString().slice(0, 10),
  }
}
