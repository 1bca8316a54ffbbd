import { plainText } from '../../text/plain-text.js'

/** Said of a verdict that no single feature explains, or of which nothing more is known. */
export const COMBINATION = 'Unusual combination of telemetry metrics detected'

interface Wording {
  readonly label: string
  readonly high: string
  readonly low: string
}

const WORDINGS: ReadonlyMap<string, Wording> = new Map([
  [
    'latency',
    {
      label: 'latency',
      high: 'Unusually high latency detected, possible resource exhaustion or DoS attempt',
      low: 'Unusually low latency detected, the request may have failed early or skipped its work',
    },
  ],
  [
    'errors',
    {
      label: 'errors',
      high: 'High error rate suggests potential attack or system degradation',
      low: 'Unusually few errors detected, failures may have stopped or gone unreported',
    },
  ],
  [
    'input_length',
    {
      label: 'input size',
      high: 'Excessive input size may indicate buffer overflow attempt',
      low: 'Unusually small input detected, the request may be empty, truncated or a probe',
    },
  ],
])

/** What a feature is called in a sentence; features of the user's own go by their name. */
export function labelOf(feature: string): string {
  return WORDINGS.get(feature)?.label ?? (plainText(feature, 40) || 'unnamed feature')
}

/** A unit as one short word or two; units of the user's own come from outside. */
export function unitOf(unit: string): string {
  return plainText(unit, 16)
}

/** The opening of a sentence whose cause is one feature that lies far out on one side. */
export function openingOf(feature: string, side: 'high' | 'low'): string {
  return WORDINGS.get(feature)?.[side] ?? `Unusually ${side} ${labelOf(feature)} detected`
}
