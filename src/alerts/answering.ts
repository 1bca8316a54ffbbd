import type { KeptIncident } from './evidence/gathered-incident.js'
import type { IncidentEvent } from './evidence/gathering.js'
import type { Action } from './evidence/grade.js'
import { Recommendation } from './evidence/recommendation.js'
import type { Watch } from './evidence/watch.js'
import type { Judged, Judgement } from './judgement.js'
import type { AlertsSettings } from './options.js'
import type { Rarity } from './rarity/rarity.js'
import type { RouteMemory } from './rarity/route-memory.js'

/** Says whether somebody is told of a record that was ranked and weighed, and what is recommended. */
export class Answering {
  /** The one object that every answer is: valid until the next record. */
  readonly judgement: { -readonly [Name in keyof Judgement]: Judgement[Name] }
  readonly #settings: AlertsSettings
  readonly #rarity: Rarity
  readonly #rateZ: number
  readonly #recommendation: Recommendation
  readonly #events: IncidentEvent[]

  /**
   * @param rarity ranked the record
   * @param rateZ surprise from which a record is told of by itself, nats
   * @param events of the incidents, to which those of the answer are added
   */
  constructor(settings: AlertsSettings, rarity: Rarity, rateZ: number, events: IncidentEvent[]) {
    this.#settings = settings
    this.#rarity = rarity
    this.#rateZ = rateZ
    this.#recommendation = new Recommendation(settings, rateZ)
    this.#events = events
    this.judgement = {
      p: 1,
      known: true,
      surprise: 0,
      alert: false,
      action: null,
      incident: null,
      feature: -1,
      events,
    }
  }

  /**
   * Answers a record whose surprise and p are in the judgement.
   * @param watch whose incident it belongs to
   * @param records judged so far
   */
  answer(
    route: RouteMemory,
    record: Judged,
    watch: Watch | undefined,
    records: number,
    nowMs: number,
  ): Judgement {
    const { values } = record
    const { judgement } = this
    const beyondLimit = this.#recommendation.exceedsLimit(values)
    judgement.alert = judgement.surprise >= this.#rateZ || watch !== undefined || beyondLimit
    judgement.incident = watch?.incident ?? null
    judgement.feature = -1
    judgement.action = null
    if (!judgement.alert) return judgement
    judgement.feature = this.#rarity.leading(route)
    const { feature, surprise: z } = judgement
    const inIncident = watch !== undefined
    const alerted = { route, values, feature, records, z, inIncident }
    const action = beyondLimit ? 'freeze' : this.#recommendation.of(alerted)
    judgement.action = action
    if (watch !== undefined) this.#collect(watch.incident, route, action, record, nowMs)
    return judgement
  }

  #collect(
    incident: KeptIncident,
    { grown }: RouteMemory,
    action: Action,
    { score, values }: Judged,
    nowMs: number,
  ): void {
    const { p, feature } = this.judgement
    incident.collect(action, nowMs)
    if (incident.grownTenfold) this.#events.push({ kind: 'grown', incident })
    if (p > incident.peak.p && p > incident.peak.valueP) return
    const named = this.#settings.features.findIndex(({ name }) => name === incident.feature)
    const leading = named >= 0 ? named : feature
    incident.see({
      p,
      score: score >= 0 ? score : 0,
      value: leading < 0 ? 0 : (values[leading] as number),
      leads: leading === feature,
      usual: grown?.features[leading]?.usual ?? 0,
    })
  }
}
