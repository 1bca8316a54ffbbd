import { type Contamination, FOREST_DEFAULTS } from '../forest/options.js'
import type { FeaturePolicies, FeaturePolicy } from '../telemetry/feature-policy.js'
import type { Feature } from '../telemetry/features.js'
import { REQUEST_TELEMETRY, type TelemetryModel } from '../telemetry/model.js'
import { ROUTES_MAX } from './guarded/routes/route-profiles.js'
import type { RuleLimits } from './rules.js'
import type { FitReport } from './training/fit-report.js'
import type { TrainerFault, TrainerOptions } from './training/trainer-options.js'

/** How a detector learns and judges. Everything has a default: DETECTOR_DEFAULTS. */
export interface DetectorOptions {
  /** Records of the sliding window, or of the guarded baseline, 2 or more. Default 1,000. */
  readonly historyMax?: number
  /** Expected share of odd records, (0, 0.5], or `auto`: a threshold of 0.5. Default 0.1. */
  readonly contamination?: Contamination
  /** Records from one fit to the next, if `trainDuty` leaves room for it. Default 50. */
  readonly retrainEvery?: number
  /** Records before the first fit, at most historyMax. Default 50. */
  readonly minSamples?: number
  /** Trees of the forest, 1 to 1,000. Default 100. */
  readonly nTrees?: number
  /** Rows that each tree is grown from, ψ, 2 to 4,096; all rows when there are fewer. Default 256. */
  readonly subsampleSize?: number
  /** Seed of the forest and of what enters the baseline, 0 to 4,294,967,295. Default 42. */
  readonly seed?: number
  /**
   * `background`: beside the records, on a thread, at its own pace; those that come meanwhile are judged by the forest
   * before. `sync`: at the record that makes it due, which is answered once the fit is done, so that the records and
   * their order alone decide. Default `background`.
   */
  readonly fit?: 'background' | 'sync'
  /**
   * Share of one core that fits may take, (0, 1]; those at their record take what they need. Default 0.1: ten fits a
   * second at first, and one a second from the 25th on.
   */
  readonly trainDuty?: number
  /** Static limits by feature name, in force while there is no forest. A lower `limit` of a policy counts instead. */
  readonly rules?: RuleLimits
  /** What is watched: which features records have, and where. Default: latency, length, errors. */
  readonly telemetry?: TelemetryModel
  /**
   * What is learnt from: `guarded`, a baseline that an attack cannot fill, of records judged against their own
   * route; `window`, the last historyMax records as they are.
   */
  readonly baseline?: 'guarded' | 'window'
  /**
   * Whether in the plain window, too, the score goes on growing beyond the range of what the forest was grown from, and
   * says of a feature that was constant how odd any other value is. The guarded baseline always does; a given forest does
   * where it was made so. Default false: the window is what an isolation forest is everywhere else.
   */
  readonly rangeExtension?: boolean
  /**
   * A forest that was fitted elsewhere, as `IsolationForest.toBytes` gives it. It judges every record, by raw values,
   * and nothing is learnt: what says how to learn does not apply.
   */
  readonly forest?: Uint8Array
  /** Routes with a profile of their own, 1 or more; the least recently used goes. Default 512. */
  readonly routesMax?: number
  /** An anomaly needs at least this confidence, [0, 1]; an alert one of 1 - p. Default 0. */
  readonly minConfidence?: number
  /** Directions, ignored differences and limits by feature name; what is not said here is as the feature itself has it. */
  readonly policies?: FeaturePolicies
  /**
   * Time in ms, of any beginning, for where records are few: a shift that goes on for four hours is believed sooner by it,
   * and records two minutes apart are all learnt. Without one records alone count.
   */
  readonly clock?: (() => number) | undefined
  /** Told of every fit that has ended, well or not. */
  readonly onFit?: ((fit: FitReport) => void) | undefined
  /** Told when the trainer's thread failed and what follows. */
  readonly onTrainerFault?: ((fault: TrainerFault) => void) | undefined
  /** Told when a state that was taken over turns out to be of no use: what was learnt is gone, and judging goes on. */
  readonly onStateLost?: ((error: Error) => void) | undefined
  /** For tests of a thread that fails. @internal */
  readonly trainer?: Pick<TrainerOptions, 'thread' | 'watchdogMs'>
}

/** What applies where an option is left out. */
export const DETECTOR_DEFAULTS = {
  ...FOREST_DEFAULTS,
  historyMax: 1000,
  retrainEvery: 50,
  minSamples: 50,
  fit: 'background',
  trainDuty: 0.1,
  rules: {},
  telemetry: REQUEST_TELEMETRY,
  baseline: 'guarded',
  rangeExtension: false,
  routesMax: ROUTES_MAX,
  minConfidence: 0,
  policies: {},
  trainer: {},
} as const satisfies DetectorOptions

/** Names of the options that are told of something. */
export type DetectorListener = 'onFit' | 'onTrainerFault' | 'onStateLost'

/** Options with nothing left out but the given forest and the listeners. @internal */
export type ResolvedDetectorOptions = Required<Omit<DetectorOptions, 'forest' | 'clock' | DetectorListener>> &
  Pick<DetectorOptions, 'clock' | DetectorListener>

/** Fills in the defaults; what is `undefined` counts as left out. @internal */
export function resolveDetectorOptions(options: DetectorOptions): ResolvedDetectorOptions {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  const resolved = { ...DETECTOR_DEFAULTS, ...given }
  const policies = policiesOf(resolved.telemetry.features, resolved.policies)
  return { ...resolved, policies, rules: limitsOf(resolved.rules, policies) }
}

function policiesOf(features: readonly Feature[], given: FeaturePolicies): FeaturePolicies {
  const policies: Record<string, FeaturePolicy> = { ...given }
  for (const { name, policy } of features)
    if (policy !== undefined) policies[name] = { ...policy, ...given[name] }
  return policies
}

/** A value that must never be exceeded must not be so while there is no forest, either. */
function limitsOf(rules: RuleLimits, policies: FeaturePolicies): RuleLimits {
  const limits: Record<string, number> = { ...rules }
  for (const [name, { limit }] of Object.entries(policies)) {
    if (limit !== undefined) limits[name] = Math.min(limit, limits[name] ?? Infinity)
  }
  return limits
}
