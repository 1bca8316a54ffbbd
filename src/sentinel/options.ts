import type { AlertOptions } from '../alerts/alert-options.js'
import type { Action } from '../alerts/incidents/incident.js'
import type { IncidentEvent } from '../alerts/incidents/incident-event.js'
import type { DetectorOptions, FitReport } from '../detector/detector.js'
import type { DetectorListener } from '../detector/options.js'
import type { TrainerFault } from '../detector/training/trainer-options.js'
import type { Verdict } from '../detector/verdict.js'
import type { ExplainMode } from '../explain/explainer.js'
import type { OpenModel } from '../explain/llm/language-model.js'
import type { BreakerState, LlmOutcome } from '../explain/llm/outcome.js'
import type { StateStore } from '../state/state-store.js'

/** What is said of one record. */
export interface Judgement {
  /** What the detector makes of it: score, label and what they come from. */
  readonly verdict: Verdict
  /**
   * Chance that an ordinary record of its route is as rare; null while nobody knows, and where the forest's labels
   * decide alone.
   */
  readonly p: number | null
  /** How the anomaly is kept and explained; null for a record that nobody is to hear of. */
  readonly anomaly: ReportedAnomaly | null
}

/** What would be said of a record that is only tried out. */
export interface Trial {
  readonly verdict: Verdict
  readonly p: number | null
  /** What would be recommended; null for a record that nobody would be told of. */
  readonly action: Action | null
  /** Why, by the rules; null with `action`. */
  readonly reason: string | null
  readonly confidence: number
  readonly feature: string | null
}

export interface JudgeOptions {
  readonly detail?: boolean
  readonly traceparent?: string | undefined
  /**
   * When the record came, ms since 1970, where that is not now: incidents, anomalies and what is counted go by it. It goes
   * back for nobody, nor ahead of the machine. Where the records' own timestamps are the clock it changes nothing.
   */
  readonly atMs?: number | undefined
}

/** An anomaly under the id it is kept under. */
export interface ReportedAnomaly {
  /** As `anomalies.get` takes it; ids sort by time. */
  readonly id: string
  /** Why, in a sentence or two. A promise only where the language model is waited for. It never rejects. */
  readonly reason: string | Promise<string>
  /** What is recommended. */
  readonly action: Action
  /** How sure it is that the record is no ordinary one, 0 to 1: 1 - p where there is a p. */
  readonly confidence: number
  /** Id of the open incident that it belongs to; null when it belongs to none. */
  readonly incident: string | null
  /** The feature that stands out most; null where none is known. */
  readonly feature: string | null
}

/** Hears what happens in a sentinel. Whatever it does not want to hear, it leaves out; it must not throw. */
export interface SentinelListener {
  /** A record was judged, and learnt from or not. */
  recordJudged?(judgement: Judgement): void
  /** A record was not judged, because it lacks what its telemetry says it would be judged by. */
  recordSkipped?(): void
  /** A field of records is none that is read: its JSON pointer, once for each. */
  fieldIgnored?(pointer: string): void
  /** A fit has ended, well or not. */
  fitted?(fit: FitReport): void
  /** Records are judged by a model of the fleet from now on, or by its next one. */
  modelAdopted?(): void
  /** The thread that fits has failed; `next` says who fits from now on. */
  trainerFault?(fault: TrainerFault): void
  /** What became of the wish for the model's words; `seconds` is null when the model was not asked. */
  llmRequest?(outcome: LlmOutcome, seconds: number | null): void
  /** The language model is asked no more for a while (`open`), or again. */
  breakerState?(state: BreakerState): void
  /** A language model answers that did not, or none answers. */
  modelPresent?(present: boolean): void
  /** The model's words have come for an anomaly. */
  explained?(anomalyId: string): void
  /** An attempt to write the state has ended. */
  stateSaved?(outcome: 'ok' | 'failed'): void
  /** An incident opened, has ten times as many records, or closed. */
  incidentChanged?(event: IncidentEvent): void
}

/** Where log lines go: `console` fits, and so does the logger of Fastify. */
export interface SentinelLog {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** What a sentinel is made of. Everything has a default. */
export interface SentinelOptions {
  /** What is learnt, and how records are judged. */
  readonly detector?: Omit<DetectorOptions, DetectorListener>
  /** Default: by rules alone; no language model is asked. */
  readonly explain?: AskedModel
  /** Who is told; default: calibrated, one ordinary record in a thousand. */
  readonly alerts?: AlertOptions
  /** Anomalies kept to be looked up, 1 or more. Default 500. */
  readonly anomaliesMax?: number
  /** Incidents kept to be looked up, 1 or more. Default 200. */
  readonly incidentsMax?: number
  /** Keeps the state over restarts; nothing is kept without it. */
  readonly state?: KeptState
  /** Hears from the start; `Sentinel.listen` adds others. */
  readonly listener?: SentinelListener
  /** Default: none. */
  readonly log?: SentinelLog
  /**
   * Milliseconds since 1970, for the times of anomalies and incidents and for what operators say for a time. Default: the
   * clock of the machine; with fits at their record (`detector.fit: 'sync'`) what the records' timestamps say.
   */
  readonly clock?: () => number
}

/** The language model that adds its words to what the rules say. */
export interface AskedModel {
  /** Makes the client of the model when it is first needed. */
  readonly model: OpenModel
  /** Whether a reason waits for the model's words, or they come later. `rules` never asks. */
  readonly mode: ExplainMode
  /** How long a reason may wait for the model's words, in milliseconds; later ones are kept with the anomaly. */
  readonly timeoutMs: number
}

/** What was learnt, kept for the process that comes after. */
export interface KeptState {
  /** Where to; `StateStore` is the contract. */
  readonly store: StateStore
  /** How often the state is written when it changed, in milliseconds. Default: once a minute. */
  readonly intervalMs?: number
}
