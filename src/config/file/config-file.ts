import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename } from 'node:path'
import type { Document, LineCounter, ParsedNode } from 'yaml'
import { DeclarationError } from '../../telemetry/declared/declaration.js'
import { plainText } from '../../text/plain-text.js'
import { quoted } from '../../text/quoted.js'
import { ConfigError } from '../config-error.js'
import type { EnvironmentSource, Variable } from '../schema.js'
import { type DeclaredWatching, declaredWatching } from './declared-detectors.js'
import { documentFault, type Path } from './document-fault.js'
import { VARIABLE_OF } from './file-schema.js'

const VARIABLE = 'SENTINEL_CONFIG'
export const MAX_CONFIG_BYTES = 2 ** 20
/** Marks of YAML that begin or separate something. To tell many keys of one map apart takes their number squared. */
const MARKS = /[[{:,?&*!]|- /g
export const MAX_CONFIG_MARKS = 20_000
/** Times that aliases may be followed: each may stand for all that the ones before it stand for. */
const MAX_ALIASES = 100
const SHOWN_CHARS = 300
const SHOWN_NAME_CHARS = 60

type Parsed = Document.Parsed<ParsedNode>

/** What a configuration file says. */
export interface ConfigFile extends DeclaredWatching {
  /** Its settings, written as variables are. */
  readonly variables: EnvironmentSource
  /** `sentinel.yaml:3:1`, where a variable is set; null where it is not. */
  placeOf(variable: string): string | null
}

/**
 * Reads a configuration file in YAML or JSON.
 * @throws ConfigError in one line with file, line, column, path in the document and what is allowed
 */
export function readConfigFile(path: string): ConfigFile {
  const text = contentOf(path)
  // It is slow to load, and seldom needed.
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  const lines = new yaml.LineCounter()
  const document = notTooDeep(path, () =>
    yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true }),
  )
  const place = placesIn(basename(path), document, lines)
  const [syntax] = [...document.errors, ...document.warnings]
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0])
    throw new ConfigError(
      VARIABLE,
      `${basename(path)}:${line}:${col} is neither YAML nor JSON: ${oneLine(syntax.message)}`,
    )
  }
  const said = plainValues(document, path)
  const fault = documentFault(said)
  if (fault !== null) throw refusal(place, fault.path, fault.message, fault.ofKey)
  return {
    variables: variablesIn(said),
    ...watchingIn(said, place),
    placeOf: (variable) => {
      const key = [...VARIABLE_OF].find(([, one]) => one === variable)?.[0]
      return key !== undefined && said[key] !== undefined && said[key] !== null ? place([key], false) : null
    },
  }
}

type Place = (path: Path, ofKey: boolean) => string

/** Where something stands, `sentinel.yaml:4:7`: its key or its value; or what is around it where it is not there. */
function placesIn(file: string, document: Parsed, lines: LineCounter): Place {
  return (path, ofKey) => {
    for (let length = path.length; length >= 0; length--) {
      const at = offsetOf(document, path.slice(0, length), ofKey && length === path.length)
      if (at === null) continue
      const { line, col } = lines.linePos(at)
      return `${file}:${line}:${col}`
    }
    return `${file}:1:1`
  }
}

function offsetOf(document: Parsed, path: Path, ofKey: boolean): number | null {
  if (ofKey) {
    const holder = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
    const pairs =
      (holder as { items?: { key?: { value?: unknown; range?: number[] } }[] } | null)?.items ?? []
    return pairs.find(({ key }) => key?.value === path.at(-1))?.key?.range?.[0] ?? null
  }
  const node = path.length === 0 ? document.contents : document.getIn(path, true)
  return (node as { range?: number[] | null } | null | undefined)?.range?.[0] ?? null
}

function refusal(place: Place, path: Path, message: string, ofKey: boolean): ConfigError {
  const pointer = path.map((name) => `/${plainText(String(name), SHOWN_NAME_CHARS)}`).join('')
  return new ConfigError(VARIABLE, `${place(path, ofKey)} ${pointer || '/'} cannot be used: ${message}`)
}

function plainValues(document: Parsed, path: string): Record<string, unknown> {
  const said: unknown = notTooDeep(path, () => {
    try {
      return document.toJS({ maxAliasCount: MAX_ALIASES })
    } catch (error) {
      throw error instanceof RangeError ? error : unreadable(path, oneLine((error as Error).message))
    }
  })
  // A file of comments alone says nothing, and may.
  if (said === null || said === undefined) return {}
  if (typeof said === 'object' && !Array.isArray(said)) return said as Record<string, unknown>
  throw unreadable(path, 'it holds no settings by name')
}

/** What is nested by the thousand uses up the stack of whatever reads it. */
function notTooDeep<Read>(path: string, read: () => Read): Read {
  try {
    return read()
  } catch (error) {
    throw error instanceof RangeError ? unreadable(path, 'it is nested too deeply') : error
  }
}

function variablesIn(said: Readonly<Record<string, unknown>>): EnvironmentSource {
  const variables: Record<string, string> = {}
  for (const [key, variable] of VARIABLE_OF) {
    const value = said[key]
    if (value !== undefined && value !== null) variables[variable] = written(variable, value)
  }
  return variables
}

function written(variable: Variable, value: unknown): string {
  if (variable === 'SENTINEL_FEATURES') return JSON.stringify(value)
  return Array.isArray(value) ? value.join(',') : String(value)
}

function watchingIn(said: Readonly<Record<string, unknown>>, place: Place): DeclaredWatching {
  try {
    return declaredWatching(said)
  } catch (error) {
    if (!(error instanceof DeclarationError)) throw error
    throw refusal(place, error.path, error.message, false)
  }
}

function contentOf(path: string): string {
  let file: number
  try {
    // A pipe that nobody writes to would be waited for.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (error) {
    throw unreadable(path, reasonOf(error as NodeJS.ErrnoException))
  }
  try {
    const found = fstatSync(file)
    if (!found.isFile()) throw unreadable(path, 'it is no regular file')
    if (found.size > MAX_CONFIG_BYTES) throw unreadable(path, 'it is larger than 1 MiB')
    const text = readFileSync(file, 'utf8').replace(/^\ufeff/, '')
    const marks = text.match(MARKS)?.length ?? 0
    if (marks > MAX_CONFIG_MARKS)
      throw unreadable(path, `it holds more than ${MAX_CONFIG_MARKS} keys and values`)
    return text
  } catch (error) {
    throw error instanceof ConfigError ? error : unreadable(path, reasonOf(error as NodeJS.ErrnoException))
  } finally {
    closeSync(file)
  }
}

function unreadable(path: string, reason: string): ConfigError {
  return new ConfigError(
    VARIABLE,
    `${VARIABLE}=${quoted(path, SHOWN_CHARS)} cannot be used: ${reason}; it must be a file of settings in YAML or JSON`,
  )
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES' || code === 'EPERM') return 'it may not be read by this user'
  return oneLine(message)
}

function oneLine(message: string): string {
  return plainText(message, SHOWN_CHARS)
}
