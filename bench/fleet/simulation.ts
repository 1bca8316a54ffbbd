import { decodeModel, encodeModel } from '#sentinel/fleet/model/model-blob.js'
import { RECORDS_OF_ALL } from '#sentinel/fleet/samples/sampler.js'
import { nextTurn } from '#sentinel/runtime/timers.js'
import { Sentinel } from '#sentinel/sentinel.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { mulberry32 } from '../../made-up/random.js'
import { withAttacks } from '../../made-up/recipes.js'
import { codeRunnerTraffic, type Labelled } from '../../made-up/traffic.js'
import { auroc } from '../../made-up/trial/ranking.js'
import { SimulatedFleet } from './simulated-fleet.js'

/** Records that each replica judges in a second. */
const RECORDS_A_SECOND = 50
const SEED = 7
/** Of the traffic, this share is attacked while a model is learnt, and half of what it is tried on. */
const ATTACKED = 0.01
export const TRIED = 6_000

/** What a fleet of so many replicas comes to. */
export interface FleetSize {
  readonly replicas: number
  /** Bytes a second, to the bus from all and to all from the bus, and commands a second. */
  readonly inBytes: number
  readonly outBytes: number
  readonly commands: number
  /** What the bus holds, bytes. */
  readonly held: number
  /** Seconds of samples that it holds. */
  readonly heldSeconds: number
  /** Of the processor, that the leader learns with, and seconds from one model to the next. */
  readonly leaderShare: number
  readonly publishedEvery: number
  /** From a publication to its model at the last replica, ms: the worst. */
  readonly convergedMs: number
  /** From the end of a leader to the first model of the next, s. */
  readonly takeover: number
  /** Of the fleet's model, and of one sentinel that sees every record. */
  readonly auroc: number
  readonly aurocOfOne: number
}

/** Traffic that goes on and on, the same for the same seed. */
function traffic(seed: number): () => Labelled {
  const random = mulberry32(seed)
  let records: Labelled[] = []
  let at = 0
  let chunk = 0
  return () => {
    if (at === records.length) {
      chunk += 1
      records = withAttacks(codeRunnerTraffic(5_000, 1_000 * seed + chunk), ATTACKED, random)
      at = 0
    }
    at += 1
    return records[at - 1] as Labelled
  }
}

function withSubtleAttacks(records: readonly Labelled[]): Labelled[] {
  const random = mulberry32(5)
  return records.map((record, i) =>
    i % 2 === 0 ? record : { ...record, latency: record.latency * 2 ** (1.5 * random.uniform()), label: 1 },
  )
}

/** What models are tried on: attacks as subtle as those that are hard to find. */
const triedOn: readonly Labelled[] = withSubtleAttacks(codeRunnerTraffic(TRIED, 99))

function aurocOf(sentinel: Sentinel, most: number): number {
  const tried = triedOn.slice(0, most)
  const scores = tried.map((record) => sentinel.tryOut(record as Telemetry)?.verdict.score ?? 0)
  return auroc(
    scores,
    tried.map(({ label }) => label),
  )
}

/** The model of one that sees every record, as it is after so many. */
async function oneThatSeesAll(seed: number, records: number): Promise<Sentinel> {
  const one = await Sentinel.create({ detector: { fit: 'sync', seed, retrainEvery: 500 } })
  const next = traffic(seed)
  for (let i = 0; i < records; i++) one.judge(next() as Telemetry)
  return one
}

/** From a publication until the last replica judges by it, ms: of those that all of them used, the slowest. */
function convergence({ bus, members }: SimulatedFleet): number {
  let worst = 0
  for (const [version, publishedMs] of bus.published) {
    const adopted = members.map(({ adoptedMs }) => adoptedMs.get(version) ?? Number.NaN)
    if (adopted.every((ms) => !Number.isNaN(ms))) worst = Math.max(worst, Math.max(...adopted) - publishedMs)
  }
  return worst
}

/** Ends the leader; from then to the first model of the next one, s. */
async function takeoverOf(fleet: SimulatedFleet): Promise<number> {
  const killedMs = fleet.time.nowMs
  const { leader } = fleet
  if (leader !== undefined) await fleet.kill(leader)
  for (let step = 0; step < 300; step++) {
    await fleet.run(0.1)
    const next = [...fleet.bus.published.values()].find((ms) => ms > killedMs)
    if (next !== undefined) return (next - killedMs) / 1_000
  }
  return Number.POSITIVE_INFINITY
}

/**
 * Runs a fleet, looks at its second half, and ends its leader.
 * @param seconds of its own time
 * @param tried records that models are tried on
 * @param seed of the traffic and the forests
 */
export async function simulate(
  replicas: number,
  seconds: number,
  tried = TRIED,
  seed = SEED,
): Promise<FleetSize> {
  const sampled = Math.min(RECORDS_A_SECOND * replicas, RECORDS_OF_ALL)
  // As often as a sentinel with that many records a second would fit in a tenth of a core.
  const detector = { fit: 'sync', seed, retrainEvery: Math.max(50, Math.round(sampled / 3)) } as const
  const reader = await Sentinel.create({ detector })
  const following = reader.join({ judged() {} })
  const fresh = await encodeModel(following.capture())
  const options = { replicas, recordsASecond: RECORDS_A_SECOND, seed, detector, fresh, next: traffic(seed) }
  const fleet = new SimulatedFleet(options)
  await fleet.run(seconds / 2)
  const before = { ...fleet.bus.traffic }
  const spentBefore = fleet.leader?.spent.cpuMs ?? 0
  const published = fleet.bus.published.size
  await fleet.run(seconds / 2)
  const after = fleet.bus.traffic
  const each = (name: keyof typeof before): number => (after[name] - before[name]) / (seconds / 2)
  const figures = {
    ...{ replicas, inBytes: each('inBytes'), outBytes: each('outBytes'), commands: each('commands') },
    ...{ held: fleet.bus.bytes, heldSeconds: fleet.bus.batches / each('batches') },
    leaderShare: ((fleet.leader?.spent.cpuMs ?? 0) - spentBefore) / (500 * seconds),
    publishedEvery: seconds / 2 / (fleet.bus.published.size - published),
    convergedMs: convergence(fleet),
  }
  const model = await decodeModel(fleet.model as Uint8Array)
  const takeover = await takeoverOf(fleet)
  await fleet.close()
  following.adopt(await following.prepare(model, nextTurn), 'simulated')
  const one = await oneThatSeesAll(seed, Math.min(RECORDS_A_SECOND * replicas * seconds, 60_000))
  const quality = { auroc: aurocOf(reader, tried), aurocOfOne: aurocOf(one, tried) }
  await reader.close()
  await one.close()
  return { ...figures, takeover, ...quality }
}
