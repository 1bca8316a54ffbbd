import type { IncidentLog } from '../alerts/incidents/incident-log.js'
import type { Sentinel } from '../sentinel.js'
import { RedisBus } from './bus/redis-bus.js'
import { FleetFigures } from './fleet-figures.js'
import type { FleetSettings, LearningOptions } from './fleet-options.js'
import { PASSING_TIME } from './fleet-time.js'
import { FleetWords } from './fleet-words.js'
import { judgeOf } from './judge.js'
import { fingerprintOf } from './model/fingerprint.js'
import { BEAT_MS, Replica, replicaName } from './replica.js'
import { Sampler } from './samples/sampler.js'

/** A sentinel's membership. */
export interface Membership {
  readonly figures: FleetFigures
  /** Name of the fleet. */
  readonly name: string
  /** @param listener told when this replica begins to lead, with the incidents of the fleet, and of null when it ends */
  onLead(listener: (incidents: IncidentLog | null) => void): void
  /** Takes part from now on. */
  start(): void
  /** Leaves the fleet; the sentinel judges on by what it has. */
  close(): Promise<void>
}

/**
 * Lets a sentinel take part in a fleet, once it is told to start. It waits for nothing: until there is a model of the fleet, the sentinel learns by
 * itself.
 * @throws Error when the package `ioredis` is not installed
 */
export async function joinFleet(
  sentinel: Sentinel,
  settings: FleetSettings,
  learning: LearningOptions,
): Promise<Membership> {
  const { url, name, role, sampleRate, routeKey, leaseMs, graceMs } = settings
  const { log } = learning
  const figures = new FleetFigures()
  const holder = replicaName()
  const fingerprint = fingerprintOf(learning, routeKey)
  const bus = await RedisBus.open({
    url,
    prefix: `{sentinel:${name}:${fingerprint}}`,
    holder,
    leaseMs,
    onError: () => figures.busErrors++,
  })
  const sampler = new Sampler({
    replica: holder,
    nFeatures: learning.telemetry.features.length,
    rate: sampleRate,
    beatMs: BEAT_MS,
    rareUpTo: sentinel.alertRate,
  })
  const judge = judgeOf(sentinel.join(sampler))
  const words = new FleetWords(holder, sentinel.operator)
  sentinel.operator.spread((word) => words.say(word))
  let led: IncidentLog | null = null
  const listeners: ((incidents: IncidentLog | null) => void)[] = []
  const replica = new Replica({
    bus,
    judge,
    incidents: sentinel.incidents,
    sampler,
    words,
    time: PASSING_TIME,
    learning,
    figures,
    role,
    leaseMs,
    graceMs,
    log,
    onLead: (incidents) => {
      led = incidents
      for (const listener of listeners) listener(incidents)
    },
  })
  return {
    figures,
    name,
    onLead: (listener) => {
      listeners.push(listener)
      if (led !== null) listener(led)
    },
    start: () => {
      replica.start()
      log.info({ fleet: name, fingerprint, replica: holder, role }, 'this sentinel is one of a fleet')
    },
    close: () => replica.close(),
  }
}
