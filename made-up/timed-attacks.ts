// What attackers and failures do to a route for a while, by kind; alone, in bursts, and after poison.
import { gaussian, mulberry32 } from './random.js'
import type { TimedRecord } from './timed-traffic.js'

export const KINDS = ['flood', 'slow3', 'slow1.7', 'ramp', 'payload', 'errors', 'combo', 'lone'] as const
export type Kind = (typeof KINDS)[number]

/** Records of its route that an attack lasts, and the share of them that it takes. */
const EXTENT: Readonly<Record<Kind, readonly [least: number, most: number, share: number]>> = {
  flood: [200, 600, 0.7],
  slow3: [60, 200, 1],
  'slow1.7': [150, 500, 1],
  ramp: [300, 700, 1],
  payload: [4, 15, 0.8],
  errors: [4, 20, 0.8],
  combo: [4, 12, 0.8],
  lone: [1, 1, 1],
}
/** Routes with less of the traffic than this are left alone. */
const LEAST_SHARE = 0.05

/** The traffic with attacks of each kind in turn, from record `from` on and about `gap` records apart. */
export function withAttacksByKind(
  clean: readonly TimedRecord[],
  seed: number,
  { gap = 600, from = 4000 } = {},
): TimedRecord[] {
  const random = mulberry32(seed + 77)
  const normals = mulberry32(seed + 78)
  const records = [...clean]
  const routes = busyRoutes(clean)
  let attack = 0
  for (let at = from; at < records.length; at += gap * (0.5 + random.uniform())) {
    const kind = KINDS[attack % KINDS.length] as Kind
    const route = routes[Math.floor(random.uniform() * routes.length)] as string
    const [least, most, share] = EXTENT[kind]
    const length = Math.round(least + (most - least) * random.uniform())
    const size = 4 + 6 * random.uniform()
    let seen = 0
    let i = Math.floor(at)
    for (; i < records.length && seen < length; i++) {
      const record = records[i] as TimedRecord
      if (record.route !== route) continue
      seen += 1
      if (random.uniform() >= share) continue
      const near = Math.exp(0.1 * gaussian(normals))
      records[i] = { ...struck(record, kind, seen / length, size, near), label: 1, kind, attack }
    }
    at = i
    attack += 1
  }
  return records
}

/** A share of the records are attacks by themselves: twenty times as slow and as long, with errors. */
export function withLoneAttacks(clean: readonly TimedRecord[], seed: number, share: number): TimedRecord[] {
  const random = mulberry32(seed + 5)
  return clean.map((record) =>
    random.uniform() < share
      ? {
          ...record,
          latency: record.latency * 20,
          input_length: record.input_length * 20,
          errors: 3,
          label: 1,
          kind: 'lone',
        }
      : record,
  )
}

/** A burst of attacks on the route of the first record. */
export interface PoisonedBurst {
  /** Record at which it begins. */
  readonly at: number
  readonly count: number
  /** Share of all records while it lasts; of the records before it that are already of its kind. */
  readonly share: number
  readonly poison: number
}

/** The traffic with the burst in it; each value of an attack is off by up to 5%. */
export function withPoisonedBurst(
  clean: readonly TimedRecord[],
  { at, count, share, poison }: PoisonedBurst,
): TimedRecord[] {
  const random = mulberry32(3)
  const near = (value: number): number => value * (1 + 0.05 * (2 * random.uniform() - 1))
  const records: TimedRecord[] = []
  let left = count
  for (let next = 0; next < clean.length; ) {
    const here = clean[next] as TimedRecord
    const inside = records.length >= at && left > 0
    if (inside ? random.uniform() < share : records.length < at && random.uniform() < poison) {
      if (inside) left -= 1
      records.push({
        ...(clean[0] as TimedRecord),
        latency: near(9000),
        input_length: Math.round(near(60_000)),
        errors: 6,
        timeMs: here.timeMs,
        label: 1,
        kind: inside ? 'burst' : 'poison',
        attack: inside ? 0 : -1,
      })
    } else {
      records.push(here)
      next += 1
    }
  }
  return records
}

function busyRoutes(records: readonly TimedRecord[]): string[] {
  const shares = new Map<string, number>()
  for (const { route = '' } of records) shares.set(route, (shares.get(route) ?? 0) + 1 / records.length)
  return [...shares.keys()].filter((name) => (shares.get(name) as number) > LEAST_SHARE)
}

/** @param progress how far the attack has got, 0 to 1 */
function struck(record: TimedRecord, kind: Kind, progress: number, size: number, near: number): TimedRecord {
  const longer = (factor: number): number => Math.round(record.input_length * factor * near)
  const { latency } = record
  switch (kind) {
    case 'flood':
      return { ...record, latency: latency * (size * near), input_length: longer(2 * size) }
    case 'combo': {
      const errors = 1 + Math.round(2 * near)
      return { ...record, latency: latency * (size * near), input_length: longer(2 * size), errors }
    }
    case 'errors':
      return { ...record, errors: 1 + Math.round(2 * near) }
    case 'payload':
      return { ...record, input_length: longer(5 * size) }
    case 'slow3':
      return { ...record, latency: latency * 3 }
    case 'slow1.7':
      return { ...record, latency: latency * 1.7 }
    case 'ramp':
      return { ...record, latency: latency * Math.exp(Math.log(4) * progress) }
    case 'lone':
      return { ...record, latency: latency * 10 }
  }
}
