import { onTestFinished } from 'vitest'
import { incidentSentence } from '#sentinel/explain/sentence/incident.js'
import { Wording } from '#sentinel/explain/sentence/phrases.js'
import type { FleetSettings } from '#sentinel/fleet/fleet-options.js'
import { joinFleet, type Membership } from '#sentinel/fleet/join.js'
import { Sentinel, type SentinelLog, type SentinelOptions } from '#sentinel/sentinel.js'
import { REQUEST_TELEMETRY } from '#sentinel/telemetry/model.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import { ordinary } from './traffic.js'

type Detector = Omit<NonNullable<SentinelOptions['detector']>, 'forest' | 'telemetry'>

/** A sentinel that is one of a fleet, in the process of the test, and ends with it. */
export class LocalReplica {
  readonly sentinel: Sentinel
  readonly membership: Membership
  readonly lines: string[]
  #seed: number

  private constructor(sentinel: Sentinel, membership: Membership, lines: string[], seed: number) {
    this.sentinel = sentinel
    this.membership = membership
    this.lines = lines
    this.#seed = seed
  }

  /** @param seed of its traffic */
  static async start(
    settings: Partial<FleetSettings> & Pick<FleetSettings, 'url' | 'name'>,
    seed: number,
    detector: Detector = {},
  ): Promise<LocalReplica> {
    const lines: string[] = []
    const say = (_fields: object, message: string): void => void lines.push(message)
    const log: SentinelLog = { debug() {}, info: say, warn: say, error: say }
    const telemetry = REQUEST_TELEMETRY
    const sentinel = await Sentinel.create({ detector, log })
    const words = new Wording(telemetry.features)
    const membership = await joinFleet(
      sentinel,
      { role: 'auto', sampleRate: 200, routeKey: null, leaseMs: 3_000, graceMs: 60_000, ...settings },
      { detector, telemetry, alerts: {}, sentence: (facts) => incidentSentence(facts, words), log },
    )
    membership.start()
    onTestFinished(async () => {
      await membership.close()
      await sentinel.close()
    })
    return new LocalReplica(sentinel, membership, lines, seed)
  }

  get figures(): Membership['figures'] {
    return this.membership.figures
  }

  /** Judges ordinary records of its own. */
  serve(count: number): void {
    this.#seed += 1
    for (const record of ordinary(count, this.#seed) as Telemetry[]) this.sentinel.judge(record)
  }

  said(text: string): number {
    return this.lines.filter((line) => line.includes(text)).length
  }
}

/** Serves ordinary records at each until a condition holds. */
export async function serveUntil(
  replicas: readonly LocalReplica[],
  condition: () => boolean,
  what: string,
  withinMs = 120_000,
): Promise<void> {
  const untilMs = performance.now() + withinMs
  while (!condition()) {
    if (performance.now() > untilMs) throw new Error(`${what}: not within ${withinMs} ms`)
    for (const replica of replicas) replica.serve(10)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
