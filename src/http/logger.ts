import type { FastifyLoggerOptions } from 'fastify'

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
    ...overrides,
  } as FastifyLoggerOptions & object
}
