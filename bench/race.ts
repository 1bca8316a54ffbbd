import { Bench } from 'tinybench'

/** Something to time. `run` does `operations` of it and returns a number that depends on all of them. */
export interface Runner {
  name: string
  operations: number
  run(): number
}

/** Nanoseconds an operation. */
export interface Timing {
  name: string
  median: number
  /** First and third quartile over all samples. */
  low: number
  high: number
  /** Median of each round, in which all runners ran in turn. */
  rounds: number[]
}

export interface Pace {
  rounds: number
  /** Time a runner gets in a round. */
  ms: number
}

let sink = 0

/** Whatever was computed, so that no engine may skip computing it; NaN would show a broken runner. */
export function sunk(): number {
  return sink
}

/**
 * Times runners in turn, round by round: on a machine with noise a slow second hits all of them, so that the
 * ratios of one round are worth more than the absolutes of any.
 */
export async function race(runners: readonly Runner[], pace: Pace): Promise<Timing[]> {
  const samples = runners.map(() => [] as number[])
  const rounds = runners.map(() => [] as number[])
  for (let round = 0; round < pace.rounds; round++) {
    for (const [i, runner] of runners.entries()) {
      const ns = await sampled(runner, pace.ms, round === 0)
      for (const each of ns) samples[i]?.push(each)
      rounds[i]?.push(quantile(ns, 0.5))
    }
  }
  return runners.map(({ name }, i) => {
    const all = samples[i] as number[]
    return {
      name,
      median: quantile(all, 0.5),
      low: quantile(all, 0.25),
      high: quantile(all, 0.75),
      rounds: rounds[i] as number[],
    }
  })
}

async function sampled(runner: Runner, ms: number, warmup: boolean): Promise<number[]> {
  const bench = new Bench({
    time: ms,
    iterations: 2,
    warmup,
    warmupTime: ms,
    warmupIterations: 2,
    retainSamples: true,
    throws: true,
  })
  bench.add(runner.name, () => {
    sink += runner.run()
  })
  await bench.run()
  const result = bench.tasks[0]?.result
  if (result?.state !== 'completed' || !result.latency.samples)
    throw new Error(`${runner.name} did not complete`)
  return Array.from(result.latency.samples, (each) => (each * 1e6) / runner.operations)
}

/** How many times longer `slow` took than `fast`: the median of the rounds' ratios, with the extremes. */
export function ratio(slow: Timing, fast: Timing): { median: number; least: number; most: number } {
  const each = slow.rounds.map((ns, round) => ns / (fast.rounds[round] as number))
  return { median: quantile(each, 0.5), least: Math.min(...each), most: Math.max(...each) }
}

/** Linear between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  const ascending = [...values].sort((a, b) => a - b)
  const position = share * (ascending.length - 1)
  const below = Math.floor(position)
  const low = ascending[below] ?? Number.NaN
  return low + ((ascending[below + 1] ?? low) - low) * (position - below)
}
