import { readOllamaHost } from '../explain/llm/ollama-host.js'
import { ConfigError, checkUrl, refusal, shown } from './config-error.js'
import { parseProxyAddress } from './proxy-address.js'
import { Environment, type EnvironmentSource, type Variable } from './schema.js'
import { explainedLink, isServiceLink } from './service-links.js'
import { unusedVariables } from './unused.js'
import { readValue } from './variable-value.js'

/** What was read. */
export interface ReadEnvironment {
  readonly env: Environment
  /** Variables whose values cannot be used, which does not matter as the others are. */
  readonly ignored: readonly string[]
}

/**
 * What was given, each value checked by itself; what is missing or empty takes its default.
 * @throws ConfigError at the first value that cannot be used
 */
export function readEnvironment(source: EnvironmentSource): ReadEnvironment {
  const given: Record<string, string> = {}
  for (const name of variables()) {
    const value = source[name]?.trim()
    if (value !== undefined && value !== '') given[name] = value
  }
  const unused = unusedVariables(given)
  const ignored: string[] = []
  for (;;) {
    try {
      return { env: checked(given, source), ignored }
    } catch (error) {
      if (!(error instanceof ConfigError) || !unused.has(error.variable)) throw error
      delete given[error.variable]
      ignored.push(error.variable)
    }
  }
}

/** What is not given. */
const DEFAULTS = Object.fromEntries(
  variables().map((name) => [name, Environment.properties[name].default]),
) as unknown as Environment

function checked(given: Readonly<Record<string, string>>, source: EnvironmentSource): Environment {
  for (const name of variables()) {
    const value = given[name]
    if (value !== undefined) checkWriting(name, value)
  }
  const env: Environment = { ...DEFAULTS }
  for (const name of variables()) {
    const text = given[name]
    if (text === undefined) continue
    const value = readValue(Environment.properties[name], text)
    if (value === undefined) throw refusal(name, source)
    Object.assign(env, { [name]: value })
  }
  if (listed(env.SENTINEL_TRUST_PROXY).some((entry) => parseProxyAddress(entry) === null)) {
    throw refusal('SENTINEL_TRUST_PROXY', source)
  }
  checkUrl('OLLAMA_HOST', () => readOllamaHost(env.OLLAMA_HOST))
  return env
}

/** What a value looks like that came to us by a way that was not meant. */
function checkWriting(name: Variable, value: string): void {
  const link = explainedLink(name, value)
  if (link !== null) throw new ConfigError(name, `${name}=${shown(name, value)} cannot be used: ${link}`)
  // JSON has quotes of its own.
  const parts = value.startsWith('{') ? [value] : [value, ...listed(value)]
  if (parts.some((text) => /^(["']).*\1$/s.test(text))) {
    throw new ConfigError(
      name,
      `${name}=${shown(name, value)} cannot be used: the quotes are part of it; leave them out, as docker --env-file hands them on`,
    )
  }
}

/** What clients are told by, in an `.env` that they may share with the service. */
const CLIENTS_OWN = new Set(['SENTINEL_URL'])

/**
 * Variables that look like ours and are none: nearly always a typing error worth a word in the log.
 * @internal
 */
export function unknownVariables(source: EnvironmentSource = process.env): string[] {
  return Object.keys(source).filter(
    (name) =>
      name.startsWith('SENTINEL_') &&
      !Object.hasOwn(Environment.properties, name) &&
      !CLIENTS_OWN.has(name) &&
      !isServiceLink(name, source[name]),
  )
}

/** The entries of a comma-separated list. */
export function listed(text: string): string[] {
  return text === '' ? [] : text.split(',').map((entry) => entry.trim())
}

function variables(): Variable[] {
  return Object.keys(Environment.properties) as Variable[]
}
