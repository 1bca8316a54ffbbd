import { writeSync } from 'node:fs'
import type { FastifyLoggerOptions } from 'fastify'
import { visibleJson } from '../text/quoted.js'

/** How to log, where that differs from the configuration: a level, and a stream instead of stdout. */
export interface LoggerOptions {
  readonly level?: string
  readonly stream?: { write(line: string): void }
}

const STDOUT = 1

/**
 * JSON lines with the level in words and the time in ISO 8601. A line that cannot be written, because the disk
 * is full or the reader is gone, is dropped: the service is worth more than its log.
 * @param onDrop told of each such line
 * @internal
 */
export function loggerOptions(
  level: string,
  overrides: LoggerOptions = {},
  onDrop: () => void = () => {},
): FastifyLoggerOptions & object {
  const { stream = stdoutStream(onDrop), ...others } = overrides
  return {
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    ...others,
    stream: { write: (line: string) => stream.write(visibleJson(line)) },
  } as FastifyLoggerOptions & object
}

function stdoutStream(onDrop: () => void): { write(line: string): void } {
  return {
    write(line) {
      try {
        writeSync(STDOUT, line)
      } catch {
        onDrop()
      }
    },
  }
}
