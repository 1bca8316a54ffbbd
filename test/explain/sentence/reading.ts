// Reads sentences as a careful operator would, and says what is wrong with them.
import type { Circumstances } from '#sentinel/explain/sentence/conclusion.js'
import type { Contribution, Verdict } from '../../../src/detector/verdict.js'

/** Words that conclude something. */
const CONCLUDING =
  /attack|overflow|\bdos\b|denial|exhaust|probe|attempt|threat|degrad|malicious|possibl|storm/i
const NUMBER = String.raw`-?[\d,]+(?:\.\d+)?(?:e[+-]\d+)?`
const UNUSABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|NaN|Infinity|undefined|null/u

/** How a sentence names a feature, at its opening and after it. */
const NAMES: Readonly<Record<string, RegExp>> = {
  latency: /\blatency\b/i,
  input_length: /\binput\b/i,
  errors: /\berrors\b/i,
  queue_depth: /\bqueue_depth\b/i,
}

/** What counts as large where the usual value is 0: the default limits. */
const LARGE: Readonly<Record<string, number>> = { latency: 5000, input_length: 10_000, errors: 5 }

/** Faults of the reason of a record whose features are among `NAMES`; none for a good one. */
export function faultsOf(reason: string, verdict: Verdict, circumstances: Circumstances = {}): string[] {
  const faults: string[] = []
  const expect = (holds: boolean, fault: string): void => {
    if (!holds) faults.push(fault)
  }
  expect(reason.length < 900 && !UNUSABLE.test(reason), 'is no readable line')
  expect(!CONCLUDING.test(reason) || mayConclude(reason, circumstances), 'concludes more than it may')
  const unknownRoute = verdict.scope === 'baseline' && Boolean(circumstances.route)
  expect(
    reason.includes('not enough known of this route yet') === unknownRoute,
    'errs on what is known of the route',
  )
  for (const [, value, median] of reason.matchAll(
    new RegExp(`(${NUMBER})[^,;()]*, median (${NUMBER})`, 'g'),
  )) {
    expect(value !== median, 'lists a value that is the median')
  }
  if (verdict.detector !== 'forest') {
    expect(/above the limit of/.test(reason), 'does not say which limit was exceeded')
    return faults
  }
  expect(/ (median of|records)\b/.test(reason), 'does not say against what')
  for (const one of verdict.contributions) {
    if (!NAMES[one.feature]?.test(reason)) continue
    expect(!sitsAtMedian(one), `lists ${one.feature}, which sits at its median`)
    expect(one.bits >= 0.1 || reason.includes('furthest out'), `lists ${one.feature}, which hardly pushes`)
  }
  const [, comparative] = /^(Higher|Larger|More|Lower|Smaller|Fewer)\b/.exec(reason) ?? []
  const leading = verdict.contributions.find(({ feature }) =>
    NAMES[feature]?.test(reason.split(':')[0] ?? ''),
  )
  if (comparative !== undefined && leading !== undefined) {
    const high = /Higher|Larger|More/.test(comparative)
    expect(high ? leading.value > leading.median : leading.value < leading.median, 'names the wrong side')
  }
  return faults
}

function sitsAtMedian({ value, median, percentile }: Contribution): boolean {
  return value === median || Math.abs(percentile - 50) < 10
}

/** Judged by the figures that the sentence itself shows. */
function mayConclude(reason: string, { evidence }: Circumstances): boolean {
  const limit = new RegExp(`(${NUMBER})[^,]*, above the limit of (${NUMBER})`).exec(reason)
  if (limit !== null) return isFar(reason, numberIn(limit[1]), numberIn(limit[2]))
  if (evidence?.inIncident !== true || reason.includes('not enough known')) return false
  if (/over a million times the median/.test(reason)) return true
  const times = new RegExp(`(${NUMBER})x the median`).exec(reason)
  if (times !== null) return numberIn(times[1]) >= 10
  const against = new RegExp(`: (${NUMBER})[^,]*, against a median of (${NUMBER})`).exec(reason)
  return against !== null && isFar(reason, numberIn(against[1]), numberIn(against[2]))
}

function isFar(reason: string, value: number, usual: number): boolean {
  if (usual !== 0) return value >= 10 * usual
  const name = Object.keys(LARGE).find((feature) => NAMES[feature]?.test(reason.split(/[:,]/)[0] ?? ''))
  return name !== undefined && value >= (LARGE[name] as number)
}

function numberIn(text: string | undefined): number {
  return Number((text ?? '').replaceAll(',', ''))
}
