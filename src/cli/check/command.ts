import process from 'node:process'
import { loadConfig, over } from '../../config/config.js'
import { shown } from '../../config/config-error.js'
import { environmentWithFile } from '../../config/dotenv.js'
import { readEnvironment, unknownVariables } from '../../config/environment.js'
import { type ConfigFile, readConfigFile } from '../../config/file/config-file.js'
import { keyOf } from '../../config/file/file-schema.js'
import type { EnvironmentSource, Variable } from '../../config/schema.js'
import type { TelemetryModel } from '../../telemetry/model.js'
import { argumentsOf, usageError } from '../arguments.js'
import { EXIT } from '../exit.js'
import { writeOut } from '../write-out.js'

export const CHECK_USAGE = `Usage: codeflow-sentinel check FILE

Reads a configuration file in YAML or JSON as the service would, together with the environment and a file .env, and
prints the settings that would be in force, each with where it comes from, and what is watched. Nothing is started.

Exit codes: 0 the settings can be used, 2 they cannot: one line says where and why.
`

/**
 * Checks a configuration file, and reports on standard output.
 * @returns the exit code
 * @throws CommandError for a call that is wrong, ConfigError for settings that cannot be used
 */
export async function check(args: readonly string[]): Promise<number> {
  const { values, positionals } = argumentsOf('check', args, { help: { type: 'boolean', short: 'h' } })
  if (values.help === true) {
    await writeOut(CHECK_USAGE)
    return EXIT.done
  }
  const [path, ...others] = positionals
  if (path === undefined || others.length > 0)
    throw usageError('check needs one file; see codeflow-sentinel check --help')
  const environment = environmentWithFile()
  const { telemetry } = loadConfig({ ...environment, SENTINEL_CONFIG: path })
  await writeOut(reportOf(readConfigFile(path), environment, telemetry))
  return EXIT.done
}

function reportOf(file: ConfigFile, environment: EnvironmentSource, telemetry: TelemetryModel): string {
  const source = over(file.variables, { ...environment, SENTINEL_CONFIG: '' })
  const { env } = readEnvironment(source)
  const rows = (Object.keys(env) as Variable[])
    .filter((variable) => variable !== 'SENTINEL_CONFIG')
    .map((variable) => [
      keyOf(variable),
      shownValue(variable, env[variable]),
      originOf(variable, file, environment),
    ])
  const unknown = unknownVariables(environment).map((name) => `unknown variable ignored: ${name}\n`)
  return `${unknown.join('')}Settings in force:\n\n${table(rows)}${watched(file, telemetry)}`
}

/** What is watched, by detector where there are several. */
function watched({ detectors }: ConfigFile, telemetry: TelemetryModel): string {
  if (detectors === null) return featuresOf('Watched', telemetry)
  return detectors
    .map(({ name, entities, telemetry: own }) =>
      featuresOf(
        own.entityOf === undefined
          ? `Watched by ${name}`
          : `Watched by ${name}, by entity and ${entities} entities at a time`,
        own,
      ),
    )
    .join('')
}

function featuresOf(title: string, { features }: TelemetryModel): string {
  const rows = features.map(({ name, unit, policy = {}, identity }) => {
    const facts = Object.entries(policy).map(([key, value]) => `${key} ${value}`)
    return [name, unit, [...(identity === undefined ? [] : [identity]), ...facts].join(', ')]
  })
  return `\n${title}, ${rows.length} of them:\n\n${table(rows)}`
}

function shownValue(variable: Variable, value: unknown): string {
  const text = String(value)
  return text === '' ? '(none)' : shown(variable, text) === '"…"' ? '(set, and not shown)' : text
}

function originOf(variable: Variable, file: ConfigFile, environment: EnvironmentSource): string {
  if ((environment[variable]?.trim() ?? '') !== '')
    return (process.env[variable]?.trim() ?? '') === '' ? '.env' : 'environment'
  return file.placeOf(variable) ?? 'default'
}

/** Columns of text, each as wide as its widest cell. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => row[c]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row.map((cell, c) => cell.padEnd(widths[c] as number)).join('  ')
  return rows.map((row) => `  ${line(row).trimEnd()}\n`).join('')
}
