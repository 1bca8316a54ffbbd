import type { FastifyLoggerOptions } from 'fastify'
import { pino } from 'pino'

/** Lines wait for others until there are so many bytes, or so long. What waits is written when the process exits. */
const BATCH_BYTES = 8 * 1024
const BATCH_MS = 100

/** How to log: a level, and a stream instead of stdout. */
export interface LoggerOptions {
  readonly level?: string
  readonly stream?: { write(line: string): void }
}

/** JSON lines with the level in words and the time in ISO 8601. */
export function loggerOptions(level: string, overrides: LoggerOptions = {}): FastifyLoggerOptions & object {
  return {
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    // A write of its own for every line costs a request more than all else that its anomaly costs.
    stream:
      overrides.stream ?? pino.destination({ minLength: BATCH_BYTES, periodicFlush: BATCH_MS, sync: false }),
    ...overrides,
  } as FastifyLoggerOptions & object
}
