// What happens to ordinary traffic: shifts for good, a burst of one attack, attacks here and there.
import { mulberry32, type RandomSource } from './random.js'
import type { Labelled } from './traffic.js'

/** Ways in which every record may change for good; what is changed is no anomaly. */
export const SHIFTS: readonly { readonly name: string; readonly apply: (record: Labelled) => Labelled }[] = [
  { name: 'latency ×2', apply: (r) => ({ ...r, latency: r.latency * 2 }) },
  { name: 'latency ×4', apply: (r) => ({ ...r, latency: r.latency * 4 }) },
  { name: 'latency +1000', apply: (r) => ({ ...r, latency: r.latency + 1000 }) },
  { name: 'length ×5', apply: (r) => ({ ...r, input_length: r.input_length * 5 }) },
  { name: 'errors +3', apply: (r) => ({ ...r, errors: r.errors + 3 }) },
]

/** The traffic with every record from `at` on changed for good. */
export function shifted(
  clean: readonly Labelled[],
  at: number,
  apply: (r: Labelled) => Labelled,
): Labelled[] {
  return clean.map((record, i) => (i < at ? record : apply(record)))
}

/**
 * The traffic with `count` attacks among it, from record `at` on at a share of all records.
 * @param jitter each value is off by up to this share
 */
export function withBurst(
  clean: readonly Labelled[],
  { at, count, share, jitter = 0 }: { at: number; count: number; share: number; jitter?: number },
): Labelled[] {
  const random = mulberry32(3)
  const records: Labelled[] = []
  const route = clean[0]?.route
  const near = (value: number) => value * (1 + jitter * (2 * random.uniform() - 1))
  let left = count
  for (let next = 0; next < clean.length && (left > 0 || records.length < clean.length); ) {
    if (records.length >= at && left > 0 && random.uniform() < share) {
      left -= 1
      const attack = { latency: near(9000), input_length: Math.round(near(60_000)), errors: 6, label: 1 }
      records.push(route === undefined ? attack : { ...attack, route })
    } else {
      records.push(clean[next++] as Labelled)
    }
  }
  return records
}

/** What an attacker does to single requests of a service that runs code: factors on an ordinary record, and errors. */
export interface Attack {
  readonly name: string
  readonly latency: number
  readonly inputLength: number
  readonly errors: number
}

export const ATTACKS: readonly Attack[] = [
  { name: 'code that runs away', latency: 14, inputLength: 1, errors: 2 },
  { name: 'oversized input', latency: 6, inputLength: 25, errors: 1 },
  { name: 'probes that fail at once', latency: 0.1, inputLength: 0.05, errors: 7 },
]

/** An ordinary record as it is under an attack. */
export function attacked<R extends Labelled>(record: R, { latency, inputLength, errors }: Attack): R {
  return {
    ...record,
    latency: record.latency * latency,
    input_length: Math.max(1, Math.round(record.input_length * inputLength)),
    errors: record.errors + errors,
    label: 1,
  }
}

/** The traffic with a share of its records attacked, each in one of the ways. */
export function withAttacks<R extends Labelled>(
  clean: readonly R[],
  share: number,
  random: RandomSource,
): R[] {
  return clean.map((record) =>
    random.uniform() < share ? attacked(record, ATTACKS[random.below(ATTACKS.length)] as Attack) : record,
  )
}
