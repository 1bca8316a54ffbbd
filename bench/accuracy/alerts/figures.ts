import { averagePrecision } from '../../../made-up/trial/ranking.js'
import type { Heard } from './heard.js'

/** Records of its route before an incident opened among which an attack excuses it. */
const AFTERMATH = 60

/** Share of ordinary records from `from` on with p at most `level`, as a multiple of it. */
export function calibration({ records, surprise }: Heard, level: number, from: number): number {
  const least = -Math.log(level)
  let ordinary = 0
  let below = 0
  for (let i = from; i < records.length; i++) {
    if (records[i]?.label) continue
    ordinary += 1
    if ((surprise[i] as number) >= least) below += 1
  }
  return below / ordinary / level
}

/** Incidents that opened at an ordinary record with no attack among the last records of their route. */
export function falseIncidents({ records, opened }: Heard): number {
  const isFalse = ({ at, incident }: Heard['opened'][number]): boolean => {
    for (let i = at, seen = 0; i >= 0 && seen < AFTERMATH; i--) {
      const record = records[i]
      if (incident.route !== null && (record?.route ?? '') !== incident.route) continue
      seen += 1
      if (record?.label) return false
    }
    return true
  }
  return opened.filter(isFalse).length
}

/** How an attack fared. */
export interface Fate {
  readonly kind: string
  readonly size: number
  /** Its records until one was inside an open incident, and until one was alerted; 0 for never. */
  readonly foundAfter: number
  readonly alertedAfter: number
  /** Share of its records that were alerted. */
  readonly alerted: number
}

/** The fate of every numbered attack, in the order in which they began. */
export function fates({ records, inside, alerted }: Heard): Fate[] {
  const by = new Map<number, { -readonly [Name in keyof Fate]: Fate[Name] }>()
  for (const [i, { label, kind, attack }] of records.entries()) {
    if (!label || attack < 0) continue
    const fate = by.get(attack) ?? { kind, size: 0, foundAfter: 0, alertedAfter: 0, alerted: 0 }
    by.set(attack, fate)
    fate.size += 1
    if (fate.foundAfter === 0 && inside[i]) fate.foundAfter = fate.size
    if (fate.alertedAfter === 0 && alerted[i]) fate.alertedAfter = fate.size
    fate.alerted += alerted[i] as number
  }
  return [...by.values()].map((fate) => ({ ...fate, alerted: fate.alerted / fate.size }))
}

export interface Accuracy {
  readonly precision: number
  readonly recall: number
  /** Share of the ordinary records that were picked. */
  readonly falseShare: number
}

/** How right it is to pick the records that `chosen` says, from `from` up to `to`. */
export function accuracy(
  { records }: Heard,
  chosen: (i: number) => boolean,
  from = 0,
  to = records.length,
): Accuracy {
  let [hits, wrong, attacks, ordinary] = [0, 0, 0, 0]
  for (let i = from; i < to; i++) {
    const label = records[i]?.label
    if (label) attacks += 1
    else ordinary += 1
    if (!chosen(i)) continue
    if (label) hits += 1
    else wrong += 1
  }
  return { precision: hits / (hits + wrong), recall: hits / attacks, falseShare: wrong / ordinary }
}

/** Average precision of a ranking, over the records that a forest scored. */
export function rankedPrecision({ records, scores }: Heard, by: Float64Array): number {
  const scored = records.flatMap((_, i) => (Number.isNaN(scores[i]) ? [] : [i]))
  return averagePrecision(
    scored.map((i) => by[i] as number),
    scored.map((i) => records[i]?.label ?? 0),
  )
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? Number.NaN
}

/** Median, and the range where there are several. */
export function spread(values: readonly number[], digits = 2): string {
  const middle = median(values).toFixed(digits)
  if (values.length < 2) return middle
  return `${middle} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`
}

/** Mean, least and most of what is a number: where there is nothing to count a share is none. */
export function meanAndRange(values: readonly number[], digits: number): string {
  const there = values.filter(Number.isFinite)
  if (there.length === 0) return 'none'
  const mean = there.reduce((sum, value) => sum + value, 0) / there.length
  return `${mean.toFixed(digits)} (${Math.min(...there).toFixed(digits)} to ${Math.max(...there).toFixed(digits)})`
}
