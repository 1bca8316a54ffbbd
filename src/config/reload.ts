import { type Config, loadConfig, over } from './config.js'
import { readConfigFile } from './file/config-file.js'
import { Environment, type EnvironmentSource, type Variable } from './schema.js'

/** What a reload comes to. */
export interface Reloaded {
  readonly config: Config
  /** The settings that are in force, as text, to be compared with by the next reload. */
  readonly settings: Settings
  /** Variables that have changed and are in force. */
  readonly changed: readonly Variable[]
  /** Variables that have changed, and stay as they were until a restart. */
  readonly kept: readonly Variable[]
}

/** Every variable as text: what was said in the environment or the file, or the default. */
export type Settings = Readonly<Record<Variable, string>>

/**
 * Reads what is in force.
 * @throws ConfigError as `loadConfig`
 */
export function settingsIn(source: EnvironmentSource): Settings {
  const path = source.SENTINEL_CONFIG?.trim() ?? ''
  const said = path === '' ? source : over(readConfigFile(path).variables, source)
  const text = (variable: Variable): string => {
    const value = said[variable]?.trim() ?? ''
    return value === '' ? String(Environment.properties[variable].default) : value
  }
  return Object.fromEntries(variables().map((name) => [name, text(name)])) as Settings
}

/**
 * Reads the configuration anew. What only a restart can change stays as it is.
 * @param before what is in force
 * @throws ConfigError when what is said now cannot be used; then all stays as it is
 */
export function reloadConfig(source: EnvironmentSource, before: Settings): Reloaded {
  const { SENTINEL_CONFIG } = before
  const same = { ...source, SENTINEL_CONFIG }
  const wanted = { ...settingsIn(same), SENTINEL_CONFIG: source.SENTINEL_CONFIG?.trim() ?? '' }
  const differing = variables().filter((name) => wanted[name] !== before[name])
  const kept = differing.filter((name) => needsRestart(name))
  const held = Object.fromEntries(kept.map((name) => [name, before[name]]))
  const config = loadConfig(same, held)
  const changed = differing.filter((name) => !needsRestart(name))
  return { config, settings: { ...wanted, ...held }, changed, kept }
}

/** Whether a variable is read at the start alone. */
export function needsRestart(variable: Variable): boolean {
  return (Environment.properties[variable] as { restart?: boolean }).restart === true
}

function variables(): Variable[] {
  return Object.keys(Environment.properties) as Variable[]
}
