import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { DetectorDeclaration, TelemetryDeclaration } from '../../telemetry/declared/declaration.js'
import { DeclarationError } from '../../telemetry/declared/declaration.js'

const FOLDER = new URL('../../../presets/', import.meta.url)
const END = '.yaml'

/**
 * A declaration with all that its preset says and it does not.
 * @throws DeclarationError where there is no such preset
 */
export function withPreset(declaration: DetectorDeclaration): DetectorDeclaration {
  const { preset, ...own } = declaration
  if (preset === undefined) return own
  const known = presetNames()
  if (!known.includes(preset))
    throw new DeclarationError(['preset'], `there is no preset ${preset}; there are ${known.join(', ')}`)
  const yaml = createRequire(import.meta.url)('yaml') as typeof import('yaml')
  const text = readFileSync(new URL(`${preset}${END}`, FOLDER), 'utf8')
  const { telemetry } = yaml.parse(text) as { readonly telemetry: TelemetryDeclaration }
  return { ...telemetry, ...own }
}

/** The names of those that come with the service. */
function presetNames(): string[] {
  try {
    return readdirSync(FOLDER)
      .filter((name) => name.endsWith(END))
      .map((name) => name.slice(0, -END.length))
      .sort()
  } catch {
    return []
  }
}
