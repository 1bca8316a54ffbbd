import type { Labelled } from './streams.js'

/** Uniform in [0, 1), seeded (Mulberry32). */
export function uniforms(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let z = Math.imul(state ^ (state >>> 15), 1 | state)
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Gaussian, by Box and Muller. */
export function gaussians(seed: number): () => number {
  const uniform = uniforms(seed)
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** Clean traffic over three routes, made up: log-normal latencies and lengths, one error in a hundred. */
export function madeUpTraffic(count: number, seed = 1): Labelled[] {
  const uniform = uniforms(seed)
  const gauss = gaussians(seed + 1)
  const routes = [
    { route: '/health', latency: 3, length: 40, spread: 0.2 },
    { route: '/analyze', latency: 120, length: 900, spread: 0.4 },
    { route: '/upload', latency: 900, length: 60_000, spread: 0.6 },
  ]
  return Array.from({ length: count }, () => {
    const { route, latency, length, spread } = routes[Math.floor(3 * uniform() ** 1.5)] as (typeof routes)[0]
    return {
      latency: latency * Math.exp(spread * gauss()),
      input_length: Math.round(length * Math.exp(spread * gauss())),
      errors: uniform() < 0.01 ? 1 : 0,
      route,
      label: 0,
    }
  })
}

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
  const uniform = uniforms(3)
  const records: Labelled[] = []
  const route = clean[0]?.route
  const near = (value: number) => value * (1 + jitter * (2 * uniform() - 1))
  let left = count
  for (let next = 0; next < clean.length && (left > 0 || records.length < clean.length); ) {
    if (records.length >= at && left > 0 && uniform() < share) {
      left -= 1
      const attack = { latency: near(9000), input_length: Math.round(near(60_000)), errors: 6, label: 1 }
      records.push(route === undefined ? attack : { ...attack, route })
    } else {
      records.push(clean[next++] as Labelled)
    }
  }
  return records
}
