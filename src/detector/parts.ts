import type { ArenaShape } from '../forest/arena.js'
import type { StateSection, StateValue } from '../state/section.js'
import { DerivedValues } from '../telemetry/derived/derived-values.js'
import type { Reference } from './baseline/baseline.js'
import { DifferencePolicy } from './baseline/difference-policy.js'
import { GivenReference } from './baseline/given-reference.js'
import { type History, RecordCount } from './baseline/history.js'
import { RankedWindow } from './baseline/ranked-window.js'
import { SlidingWindow } from './baseline/sliding-window.js'
import { WindowBaseline } from './baseline/window-baseline.js'
import { GuardedBaseline } from './guarded/guarded-baseline.js'
import type { GuardedState } from './guarded/guarded-state.js'
import { loadGivenForest } from './model/given-forest.js'
import { Model } from './model/model.js'
import type { ResolvedDetectorOptions } from './options.js'
import type { CommonGround } from './training/common-ground.js'
import { FitTurns } from './training/fit-turns.js'
import { type Ground, OwnGround } from './training/ground.js'
import { Learning } from './training/learning.js'
import { learningArena } from './training/learning-arena.js'
import { Trainer } from './training/trainer.js'

/** What a detector is put together from. */
export interface DetectorParts {
  /** The options, with what is derived among the features. */
  readonly options: ResolvedDetectorOptions
  readonly reference: Reference
  readonly history: History
  /** What keeps the forest up to date; null where a forest was given. */
  readonly learning: Learning | null
  /** The forest that was given. */
  readonly given: Model | null
  /** What had to be assumed of that, for people to read. */
  readonly assumed: string | null
  /** What is derived from records before; null where nothing is. */
  readonly derived: DerivedValues | null
  /** The state of these parts. */
  readonly sections: readonly StateSection[]
}

type JudgingParts = Omit<DetectorParts, 'options' | 'derived'>

/**
 * The parts of a detector.
 * @param forest one that was fitted elsewhere, as `IsolationForest.toBytes` gives it; without one it learns
 * @throws ForestError when the forest cannot be used, the module or the memory cannot be had
 */
export async function partsOf(told: ResolvedDetectorOptions, forest?: Uint8Array): Promise<DetectorParts> {
  const { derived, options } = withDerived(told)
  const parts =
    forest === undefined
      ? learningParts(options, await ownGround(options))
      : await givenParts(forest, options)
  return { ...parts, options, derived }
}

/**
 * The parts of a detector that learns, on ground that it shares with others.
 * @throws ForestError when the memory cannot be had
 */
export function partsOn(common: CommonGround, told: ResolvedDetectorOptions): DetectorParts {
  const { derived, options } = withDerived(told)
  return { ...learningParts(options, common.groundFor(shapeOf(options))), options, derived }
}

/** What the arenas of a detector are laid out for. */
export function shapeOf({
  telemetry,
  nTrees,
  subsampleSize,
  historyMax,
}: ResolvedDetectorOptions): ArenaShape {
  return { nFeatures: telemetry.features.length, nTrees, subsampleSize, maxRows: historyMax, nSlots: 2 }
}

function withDerived(told: ResolvedDetectorOptions): Pick<DetectorParts, 'derived' | 'options'> {
  const derived = DerivedValues.areIn(told.telemetry)
    ? new DerivedValues(told.telemetry, told.fit === 'sync')
    : null
  return { derived, options: derived === null ? told : { ...told, telemetry: derived.telemetry } }
}

async function ownGround(options: ResolvedDetectorOptions): Promise<Ground> {
  const arena = await learningArena(shapeOf(options))
  const trainer = new Trainer(arena, { ...options.trainer, onFault: options.onTrainerFault })
  return new OwnGround(arena, trainer, new FitTurns(options.trainDuty))
}

/** The parts of a detector that learns. */
function learningParts(options: ResolvedDetectorOptions, ground: Ground): JudgingParts {
  const { telemetry, historyMax } = options
  const { features } = telemetry
  const { arena } = ground
  const policy = new DifferencePolicy(features, options.policies)
  if (options.baseline === 'window') {
    const window = new SlidingWindow(arena)
    return learningFrom(
      ground,
      new WindowBaseline(arena, telemetry, policy, window, options.rangeExtension),
      window,
      options,
    )
  }
  const baseline = new GuardedBaseline(arena, telemetry, policy, options)
  return learningFrom(ground, baseline, new RecordCount(historyMax, features.length), options)
}

function learningFrom(
  ground: Ground,
  baseline: WindowBaseline | GuardedBaseline,
  history: History,
  options: ResolvedDetectorOptions,
): JudgingParts {
  const learning = new Learning({ ground, learner: baseline, history, options })
  const sections = [...learning.sections(), historySection(history)]
  return { reference: baseline, history, learning, given: null, assumed: null, sections }
}

/** The parts of a detector that judges by a forest that was fitted elsewhere, and learns nothing. */
async function givenParts(
  forest: Uint8Array,
  { telemetry, historyMax, policies }: ResolvedDetectorOptions,
): Promise<JudgingParts> {
  const { features } = telemetry
  const { arena, assumed, ...columns } = await loadGivenForest(forest, features, historyMax)
  const window = new RankedWindow(arena, historyMax)
  const reference = new GivenReference(telemetry, new DifferencePolicy(features, policies), window, columns)
  const given = new Model(arena, 0, 1, features)
  return { reference, history: window, learning: null, given, assumed, sections: heldSections(window) }
}

/**
 * The state beside a given forest. What a detector that learnt has left in it is kept as it is, for when learning goes
 * on. If that detector only counted the records it saw, those of its baseline fill the window.
 */
function heldSections(window: RankedWindow): StateSection[] {
  const held: Record<string, StateValue> = { learning: 'window', forest: null, baseline: null }
  const sections = Object.keys(held).map((name) => ({
    name,
    capture: () => held[name] as StateValue,
    restore: (value: StateValue) => {
      held[name] = value
    },
  }))
  const restore = (rows: StateValue): void => {
    const learnt = held.baseline as GuardedState | null
    const known = typeof rows === 'number' && learnt !== null ? Float32Array.from(learnt.known.values) : rows
    window.restore(known as number | Float32Array)
  }
  return [...sections, { ...historySection(window), restore }]
}

function historySection(history: History): StateSection {
  return {
    name: 'window',
    capture: () => history.capture(),
    restore: (state) => history.restore(state as number | Float32Array),
  }
}
