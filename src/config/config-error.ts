import { allowedBy, type ValueSchema } from '../text/allowed.js'
import { quoted } from '../text/quoted.js'
import { Environment, type EnvironmentSource, type Variable } from './schema.js'

/** A setting that cannot be used. The message is one line: variable, value, what is allowed. */
export class ConfigError extends Error {
  readonly code = 'SENTINEL_BAD_CONFIG'
  override readonly name = 'ConfigError'

  constructor(
    readonly variable: string,
    message: string,
  ) {
    super(message)
  }
}

/** The error for a value that its schema does not allow, or that does not go with the others. */
export function refusal(variable: Variable, source: EnvironmentSource, allowed?: string): ConfigError {
  const schema: ValueSchema & { default?: unknown } = Environment.properties[variable]
  const value = source[variable] ?? ''
  const given = value.trim() === '' ? `${schema.default} (the default)` : shown(variable, value)
  return new ConfigError(
    variable,
    `${variable}=${given} cannot be used: it must be ${allowed ?? allowedBy(schema)}`,
  )
}

/** A value for a message; not what is a secret, or a URL that may hold one. */
export function shown(variable: Variable, value: string): string {
  const { writeOnly }: { writeOnly?: boolean } = Environment.properties[variable]
  return writeOnly === true || value.includes('@') ? '"…"' : quoted(value)
}

/** @param check whose message does not repeat the value, which may hold a password */
export function checkUrl(variable: Variable, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    throw new ConfigError(variable, (error as Error).message)
  }
}
