import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const PROMETHEUS_FOLDER = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url))

export interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly annotations?: Readonly<Record<string, string>>
}

export function readRules(file: string): Rule[] {
  const { groups } = parse(readFileSync(PROMETHEUS_FOLDER + file, 'utf8')) as {
    groups: { rules: Rule[] }[]
  }
  return groups.flatMap(({ rules }) => rules)
}

/** The same comparison answering 0 or 1 instead of nothing or something: whether its quantities are there at all. */
export function asTruthValue(expr: string): string {
  return expr.replace(/ (>|<|==) /g, ' $1 bool ')
}
