import { settled } from '../state/late.js'
import { StateError, type StateSection } from '../state/section.js'
import { finish, type Steps } from '../state/steps.js'
import { type Feature, identityOf } from '../telemetry/features.js'
import type { TelemetryModel } from '../telemetry/model.js'
import type { TelemetryRecord } from '../telemetry/record.js'
import { AnomalyRate } from './anomaly-rate.js'
import type { Forgotten, Placement, Rating, RecordMatch, Treatment } from './baseline/baseline.js'
import { detectorSections } from './detector-sections.js'
import type { DetectorState } from './detector-state.js'
import { FreshStart } from './fresh-start.js'
import { Knowledge } from './knowledge.js'
import { LearningError } from './learning-error.js'
import type { Explained, Model } from './model/model.js'
import { type DetectorOptions, resolveDetectorOptions } from './options.js'
import { type DetectorParts, partsOf, partsOn } from './parts.js'
import { judgeByRules, type RuleLimits, unjudged } from './rules.js'
import type { CommonGround } from './training/common-ground.js'
import type { Learning } from './training/learning.js'
import type { Contribution, Verdict } from './verdict.js'

export type { Forgotten, RecordMatch, Treatment } from './baseline/baseline.js'
export type { DetectorState } from './detector-state.js'
export { LearningError } from './learning-error.js'
export type { DetectorOptions } from './options.js'
export type { FitReport } from './training/fit-report.js'

/** How a record is to be rated. */
export interface RateOptions {
  readonly detail?: boolean
  /** When it came, where that is not now; only what is derived from several records asks. */
  readonly atMs?: number | undefined
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1
}

/**
 * Learns what is normal from the records that come by and judges each by what came before it: a record is scored
 * first and only then may be learnt from.
 */
export class Detector {
  readonly #telemetry: TelemetryModel
  readonly #rules: RuleLimits
  readonly #minConfidence: number
  readonly #features: readonly Feature[]
  readonly #identities: readonly string[]
  readonly #assumed: string | null
  readonly #rate: AnomalyRate
  readonly #state: FreshStart
  #knowledge: Knowledge
  /** While it is true records are judged by what is there, and nothing changes that. */
  #frozen = false
  /** The record rated last, until it was learnt from or not. */
  #placement: Placement | null = null
  #rating: Rating | null = null

  private constructor(parts: DetectorParts) {
    const { options, assumed } = parts
    this.#telemetry = options.telemetry
    this.#rules = options.rules
    this.#minConfidence = options.minConfidence
    this.#features = options.telemetry.features
    this.#identities = this.#features.map(identityOf)
    this.#assumed = assumed
    this.#rate = new AnomalyRate(options.historyMax)
    this.#knowledge = new Knowledge(parts)
    this.#state = new FreshStart(this.#sections(), options.onStateLost)
  }

  /**
   * Loads the module and lays out the memory; the thread that fits starts later.
   * @throws ForestError when the module or the memory cannot be had, or the forest that is given cannot be used
   */
  static async create({ forest, ...options }: DetectorOptions = {}): Promise<Detector> {
    return new Detector(await partsOf(resolveDetectorOptions(options), forest))
  }

  /**
   * One that shares memory and trainer with others.
   * @throws ForestError when the memory cannot be had
   * @internal
   */
  static on(ground: CommonGround, options: Omit<DetectorOptions, 'forest'> = {}): Detector {
    return new Detector(partsOn(ground, resolveDetectorOptions(options)))
  }

  /** What is watched. @internal */
  get telemetry(): TelemetryModel {
    return this.#telemetry
  }

  /** The features of that, in the order of a record's values. @internal */
  get features(): readonly Feature[] {
    return this.#features
  }

  /** Records in the window. */
  get historySize(): number {
    return this.#knowledge.history.size
  }

  /** Records judged so far, with those of the processes before whose state was restored. */
  get records(): number {
    return this.#knowledge.records
  }

  /** Whether a forest judges; until then the static rules do. */
  get trained(): boolean {
    return this.#model !== null
  }

  /** Counts fits; 0 while there is no forest. */
  get generation(): number {
    return this.#model?.generation ?? 0
  }

  /** Share of anomalous verdicts over the last window, 0 to 1. */
  get anomalyRate(): number {
    return this.#rate.value
  }

  /** Records still needed before the first fit. */
  get samplesNeeded(): number {
    return this.#knowledge.learning?.samplesNeeded ?? 0
  }

  /** Who fits; null where a forest was given. */
  get trainer(): 'worker' | 'inline' | null {
    return this.#knowledge.learning?.trainer ?? null
  }

  /** Whether it judges by a forest that was given to it, and never fits one. */
  get given(): boolean {
    return this.#knowledge.learning === null
  }

  /** What had to be assumed of the forest that was given, in a sentence for the log; null where nothing had. */
  get assumed(): string | null {
    return this.#assumed
  }

  /** Whether what is learnt is known by route; not by a plain window, nor beside a given forest. @internal */
  get keepsRoutes(): boolean {
    return this.#knowledge.learning?.keepsRoutes ?? false
  }

  /** Names under which records of a route are known more finely, by route; empty where nothing is known by route. @internal */
  ownNames(): ReadonlyMap<string, readonly string[]> {
    return this.#knowledge.learning?.ownNames() ?? new Map()
  }

  /**
   * Judges one record, then learns from it.
   * @param record one that the telemetry's `check` lets pass; that is not checked here
   * @param options.detail fills in the contributions of a normal record, too
   */
  analyze(record: TelemetryRecord, options?: { readonly detail?: boolean }): Verdict {
    this.#knowledge.derived?.look(record)
    const verdict = this.#count(this.#guardedly(record, options?.detail === true ? 'all' : 'anomalies'))
    this.learn('usual')
    return verdict
  }

  /**
   * Judges one record; `learn` may follow, and says what becomes of it.
   * @param options.detail fills in the contributions, which `contributions` gives later where few records need them
   */
  rate(record: TelemetryRecord, options?: RateOptions): Verdict {
    return this.#count(this.tryOut(record, options))
  }

  /** Judges one record as `rate` does, and does not count it. `dismiss` is to follow. */
  tryOut(record: TelemetryRecord, options?: RateOptions): Verdict {
    this.#knowledge.derived?.look(record, options?.atMs)
    return this.#guardedly(record, options?.detail === true ? 'all' : 'none')
  }

  #count(verdict: Verdict): Verdict {
    this.#knowledge.derived?.keep()
    // How many records a model has seen is part of it: the same model says the same everywhere.
    if (!this.#frozen) this.#knowledge.records += 1
    this.#rate.push(verdict.anomalous)
    return verdict
  }

  /** What is said of a record that is not judged, as it lacks what it would be judged by. */
  unjudged(): Verdict {
    return unjudged(this.generation)
  }

  /** Nothing is learnt from the record rated last. */
  dismiss(): void {
    this.#placement = null
  }

  /**
   * Learns from the record rated last, once. `usual`: by the rules that guard the baseline; `expected`: as an ordinary
   * record, whatever it scored; `never`: not at all.
   */
  learn(treatment: Treatment): void {
    const placement = this.#placement
    if (placement === null) return
    this.#placement = null
    if (this.#frozen) return
    try {
      const { learning, history } = this.#knowledge
      if (learning !== null) learning.learn(placement, this.#rating, treatment)
      else if (treatment !== 'never') history.push(placement.values)
    } catch (error) {
      this.#loseState(error as Error)
    }
  }

  /** The record rated last, until `learn` was called: its route's name and its values. Valid until the next one. */
  get rated(): Pick<Placement, 'route' | 'values' | 'considered' | 'missing'> | null {
    return this.#placement
  }

  /** What the forest says of each feature of the record rated last, until `learn` was called; empty without a forest. */
  contributions(): readonly Contribution[] {
    const model = this.#model
    if (this.#placement === null || this.#rating === null || model === null) return []
    return model.explain(this.#placement, this.#rating.score)
  }

  /** Whether the record rated last, until `learn` was called, exceeds a static limit. */
  get exceedsLimit(): boolean {
    return (
      this.#placement !== null && judgeByRules(this.#features, this.#rules, this.#placement.values).anomalous
    )
  }

  /** Scores of the rows that the forest in use was fitted on, ascending: a view, valid until the fit after the next. */
  get fittedScores(): Float64Array {
    return this.#model?.fittedScores ?? new Float64Array(0)
  }

  /** Whether it judges by what others have learnt, and learns nothing itself. @internal */
  get frozen(): boolean {
    return this.#frozen
  }

  /** Milliseconds since the fit that runs was begun; 0 while none does. @internal */
  get fittingMs(): number {
    return this.#knowledge.learning?.fittingMs ?? 0
  }

  /**
   * Changes places with a detector of the same options in all that was learnt, at once.
   * @param other neither of the two was given a forest
   * @internal
   */
  exchange(other: Detector): void {
    const own = this.#knowledge
    const ownRestored = this.#state.restored
    this.#takeOver(other.#knowledge, other.#state.restored)
    other.#takeOver(own, ownRestored)
  }

  /**
   * Judges from now on by what is there, and learns nothing until `thaw`.
   * @param name of the model, which verdicts are marked with
   * @internal
   */
  freeze(name: string): void {
    this.#frozen = true
    this.#knowledge.learning?.nameModels(name)
  }

  /** Learns again, from what is there. @internal */
  thaw(): void {
    this.#frozen = false
    this.#knowledge.learning?.nameModels(undefined)
  }

  /** While it is paused records are judged and counted, and nothing is learnt. */
  get learningPaused(): boolean {
    return this.#knowledge.learning?.paused ?? false
  }

  /**
   * Stops learning until `resumeLearning`.
   * @throws LearningError beside a given forest, as everything that says what to learn
   */
  pauseLearning(): void {
    this.#ownLearning().paused = true
  }

  /** @throws LearningError */
  resumeLearning(): void {
    this.#ownLearning().paused = false
  }

  /**
   * Takes what was learnt of the records that match out of the baseline and the profiles of routes, and has a forest
   * grown from what is left; where that is less than a first fit needs, the static rules decide until there is more.
   * A plain window keeps no routes: each of its rows is asked for with an empty name.
   */
  forget(matches: RecordMatch): Forgotten {
    // What a fleet has learnt is not one member's to change.
    if (this.#frozen) return { baseline: 0, profiles: 0, setAside: 0 }
    return this.#learner().forget(matches)
  }

  /**
   * Forgets all that was learnt, as before the first record, or what was learnt of one route.
   * @param route its name; the plain window knows none
   * @returns what is gone; null when it was everything
   */
  reset(route?: string): Forgotten | null {
    const learning = this.#learner()
    if (route !== undefined) return learning.resetRoute(route)
    this.#placement = null
    learning.reset()
    return null
  }

  /**
   * Something has changed for good, by a deploy say: a shift of the values is believed on a fifth of the evidence
   * that it takes otherwise, until it was, or `historyMax` records have passed.
   * @param route name of the route that changed: then its records alone are the evidence, and are counted. Without one
   *   it is all records, whatever their route.
   */
  changed(route?: string): void {
    this.#learner().expectChange(route ?? null)
  }

  /**
   * Refuses what `reset` of a route and `changed` would refuse, where others are to do it.
   * @throws LearningError
   * @internal
   */
  checkRoutes(word: 'reset' | 'changed'): void {
    this.#ownLearning().checkRoutes(word)
  }

  /** All that the next verdicts depend on, as plain data. */
  snapshot(): DetectorState {
    return this.#captured((state) => settled(state))
  }

  /** The same, with what takes long in it captured late. @internal */
  capture(): DetectorState {
    return this.#captured((state) => state)
  }

  /**
   * Goes on where a snapshot was taken; before the first record. A forest that was fitted under other options is
   * left out and fitted anew on the restored records. Should it turn out later that records cannot be judged by what was
   * restored, judging begins afresh, and `onStateLost` is told.
   * @throws StateError when the snapshot does not fit, and then nothing has changed
   */
  restore(state: DetectorState): void {
    finish(this.restoring(state))
  }

  /**
   * The same in steps. Nothing may be judged or learnt before the last of them.
   * @throws StateError
   * @internal
   */
  *restoring(state: DetectorState): Steps {
    yield* this.#state.restoring(state, this.#identities)
    this.#knowledge.learning?.resume()
  }

  /** Resolves when no fit runs or is due. */
  async settled(): Promise<void> {
    await this.#knowledge.learning?.settled()
  }

  /** Ends training; a fit in flight is given up, the forest in use goes on answering. */
  async close(): Promise<void> {
    await this.#knowledge.learning?.close()
  }

  /** Judges by what was restored while that makes no record fail, else afresh. */
  #guardedly(record: TelemetryRecord, explained: Explained): Verdict {
    if (!this.#state.restored) return this.#rateOne(record, explained)
    try {
      const verdict = this.#rateOne(record, explained)
      const { score, confidence } = verdict
      if (isShare(score) && isShare(confidence)) return verdict
      throw new StateError(`a record scores ${score} by it, with a confidence of ${confidence}`)
    } catch (error) {
      this.#loseState(error as Error)
      return this.#rateOne(record, explained)
    }
  }

  #rateOne(record: TelemetryRecord, explained: Explained): Verdict {
    const { reference, model } = this.#knowledge
    const placement = reference.place(record)
    const rating = model === null ? null : model.rate(placement)
    const verdict =
      model === null || rating === null
        ? judgeByRules(this.#features, this.#rules, placement.values)
        : model.verdict(placement, rating, this.#minConfidence, explained)
    this.#placement = placement
    this.#rating = rating
    return verdict
  }

  #captured(finished: (state: DetectorState) => DetectorState): DetectorState {
    try {
      return finished(this.#state.capture())
    } catch (error) {
      this.#loseState(error as Error)
      return finished(this.#state.capture())
    }
  }

  /**
   * Forgets a state that cannot be judged by, so that the record at hand is judged all the same.
   * @throws the error where it is not a state that is to blame
   */
  #loseState(error: Error): void {
    this.#state.giveUp(error)
    this.#placement = null
    this.thaw()
  }

  #takeOver(knowledge: Knowledge, restored: boolean): void {
    // What came by here is remembered here: the reference that is taken over reads it from its own.
    const { derived, learning } = this.#knowledge
    if (derived !== null) knowledge.derived?.restore(derived.capture())
    // A pause is one's own: it holds, should one learn by oneself again.
    if (knowledge.learning !== null) knowledge.learning.paused = learning?.paused ?? false
    this.#knowledge = knowledge
    this.#placement = null
    this.#rating = null
    this.#state.moved(this.#sections(), restored)
  }

  #sections(): StateSection[] {
    return detectorSections(this.#knowledge, this.#rate, this.#identities)
  }

  #learner(): Learning {
    const learning = this.#ownLearning()
    if (this.#frozen)
      throw new LearningError(
        'the fleet says what is normal, and its leader alone learns: there is nothing to change here about that',
      )
    return learning
  }

  #ownLearning(): Learning {
    const { learning } = this.#knowledge
    if (learning === null)
      throw new LearningError(
        'a given forest judges, and nothing is learnt: there is nothing to change about that',
      )
    return learning
  }

  get #model(): Model | null {
    return this.#knowledge.model
  }
}
