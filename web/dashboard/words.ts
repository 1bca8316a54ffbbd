/** Numbers and times as the page writes them. */

export function count(n: number): string {
  return n.toLocaleString('en')
}

/** A share of 0 to 1 as a percentage, with as many digits as say something. */
export function percent(share: number): string {
  if (share === 0) return '0 %'
  const value = 100 * share
  return `${value.toLocaleString('en', { maximumSignificantDigits: value < 10 ? 2 : 3 })} %`
}

/** A number of things: `1 record`, `2 records`. */
export function counted(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`
}

/** A span of time in its largest unit: `12 s`, `5 min`, `3 h`, `2 d`. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} d`
}

/** When something was, seen from now. */
export function ago(iso: string, nowMs: number): string {
  const ms = nowMs - Date.parse(iso)
  return ms < 5000 ? 'just now' : `${span(ms)} ago`
}

/** A value with its unit; a number of things has none. */
export function withUnit(value: number, unit: string | null): string {
  const text = value.toLocaleString('en', { maximumSignificantDigits: Number.isInteger(value) ? 9 : 4 })
  return unit === null || unit === 'count' ? text : `${text} ${unit}`
}

/** A route as people read it. */
export function routeLabel(route: string | null): string {
  if (route === null) return 'all traffic'
  return route === '' ? 'without a route' : route
}

/** Which of several detectors found something, and on whom; null where there is one alone. */
export function originLabel({
  detector,
  entity,
}: {
  readonly detector?: string | undefined
  readonly entity?: string | null | undefined
}): string | null {
  if (detector === undefined) return null
  return entity == null ? detector : `${detector}, ${entity}`
}
