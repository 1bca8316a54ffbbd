import type { StateSection, StateValue } from '../state/section.js'
import type { AnomalyRate } from './anomaly-rate.js'
import type { Knowledge } from './knowledge.js'

/**
 * A detector's sections, what can refuse a value first.
 * @param features identities of those that the detector looks at
 */
export function detectorSections(
  knowledge: Knowledge,
  rate: AnomalyRate,
  features: readonly string[],
): StateSection[] {
  const { learning, derived, parts } = knowledge
  const sections = [
    section<readonly string[]>({
      name: 'features',
      capture: () => [...features],
      // Those of a state are compared before anything of it is taken over.
      restore() {},
    }),
    ...parts,
  ]
  if (derived !== null)
    sections.push({
      name: 'derived',
      capture: () => derived.capture() as unknown as StateValue,
      restore: (state) => derived.restore(state),
    })
  sections.push(
    section<Uint8Array>({
      name: 'verdicts',
      capture: () => rate.capture(),
      restore: (flags) => rate.restore(flags),
    }),
    section<{ records: number; sinceRequest: number }>({
      name: 'counts',
      capture: () => ({ records: knowledge.records, sinceRequest: learning?.sinceRequest ?? 0 }),
      restore: ({ records, sinceRequest }) => {
        knowledge.records = records
        if (learning !== null) learning.sinceRequest = sinceRequest
      },
    }),
  )
  return sections
}

function section<Value extends StateValue>(one: StateSection<Value>): StateSection {
  return one as unknown as StateSection
}
