import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'

export const PROMETHEUS_FOLDER = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url))

export interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
  readonly annotations?: Readonly<Record<string, string>>
}

interface RuleGroups {
  readonly groups: readonly { readonly interval?: string; readonly rules: Rule[] }[]
}

function readGroups(file: string): RuleGroups {
  return parse(readFileSync(PROMETHEUS_FOLDER + file, 'utf8')) as RuleGroups
}

export function readRules(file: string): Rule[] {
  return readGroups(file).groups.flatMap(({ rules }) => rules)
}

/** A rule file whose groups are evaluated as often as Prometheus evaluates by default, whatever theirs is. */
export function withoutIntervals(file: string): string {
  return stringify({ groups: readGroups(file).groups.map(({ interval: _, ...group }) => group) })
}

/** The same comparison answering 0 or 1 instead of nothing or something: whether its quantities are there at all. */
export function asTruthValue(expr: string): string {
  return expr.replace(/ (>|<|==) /g, ' $1 bool ')
}
