import type { Verdict } from '../detector/verdict.js'

/** The feature that stands out most in a verdict; null where none does or the verdict does not say. */
export function leadingFeature({ contributions, exceeded }: Verdict): string | null {
  let leading: string | null = exceeded[0]?.feature ?? null
  let most = 0
  for (const { feature, bits } of contributions) {
    if (bits <= most) continue
    most = bits
    leading = feature
  }
  return leading
}
