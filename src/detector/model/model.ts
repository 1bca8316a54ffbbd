import type { Arena } from '../../forest/arena.js'
import { extendScore } from '../../forest/range-extension.js'
import type { Feature } from '../../telemetry/features.js'
import type { Placement, Rating } from '../baseline/baseline.js'
import type { Contribution, ExceededRule, Verdict } from '../verdict.js'
import { noveltyLimit, noveltyScore } from './novelty.js'

/** Whose contributions are wanted at once: each record's, anomalies' only, or nobody's. */
export type Explained = 'all' | 'anomalies' | 'none'

/** What most verdicts have nothing in. They share it, so nobody may write into it. */
const NO_CONTRIBUTIONS: readonly Contribution[] = Object.freeze([])
const NO_RULES: readonly ExceededRule[] = Object.freeze([])

/** The forest that answers now: one slot of the arena, never written while it is this. */
export class Model {
  readonly generation: number
  readonly slot: number
  readonly nRows: number
  /** What it is known by to others that judge by it, too; undefined where nobody does. */
  name: string | undefined
  readonly #arena: Arena
  readonly #features: readonly Feature[]
  readonly #threshold: number
  /** What is less likely than this is odd whatever the trees say. */
  readonly #noveltyLimit: number
  readonly #rating = { score: 0, odd: false }

  constructor(arena: Arena, slot: number, generation: number, features: readonly Feature[]) {
    this.generation = generation
    this.slot = slot
    this.#arena = arena
    this.#features = features
    this.#threshold = arena.wasm.thresholdOf(arena.base, slot)
    this.#noveltyLimit = noveltyLimit(arena.wasm.shareOf(arena.base, slot))
    this.nRows = arena.wasm.fittedRows(arena.base, slot)
  }

  /** Score of a placed record, and whether that exceeds the threshold: the same object each time. */
  rate(placement: Placement): Rating {
    const { wasm, base } = this.#arena
    this.#write(placement)
    const rating = this.#rating
    const extended = this.#extended(wasm.score(base, this.slot), placement)
    rating.score = Math.max(extended, this.#ofNovelty(placement))
    rating.odd = wasm.exceeds(rating.score, this.#threshold) !== 0
    return rating
  }

  /** Scores of the rows that it was fitted on, ascending; a view. */
  get fittedScores(): Float64Array {
    return this.#arena.scores(this.slot)
  }

  /**
   * What is said of a record that scored so.
   * @param minConfidence an odd record that is less sure than this is no anomaly
   * @param explained whose contributions are wanted at once
   */
  verdict(
    placement: Placement,
    { score, odd }: Rating,
    minConfidence: number,
    explained: Explained,
  ): Verdict {
    const { wasm, base } = this.#arena
    const confidence = wasm.confidence(base, this.slot, score)
    const anomalous = odd && confidence >= minConfidence
    const explain = explained === 'all' || (explained === 'anomalies' && anomalous)
    // Callers keep it, so it is another one each time. Two of its numbers are none from the first: V8 keeps them as they
    // come then, and makes no object of the threshold, which all share, and of a confidence of 1.
    const verdict: { -readonly [Name in keyof Verdict]: Verdict[Name] | null } = {
      anomalous,
      score,
      confidence: null,
      threshold: null,
      generation: this.generation,
      detector: 'forest',
      contributions: explain ? this.explain(placement, score) : NO_CONTRIBUTIONS,
      exceeded: NO_RULES,
      fittedRows: placement.nRecords,
      scope: placement.scope,
      model: this.name,
    }
    verdict.confidence = confidence
    verdict.threshold = this.#threshold
    return verdict as Verdict
  }

  #extended(inside: number, { beyond }: Placement): number {
    return beyond === null ? inside : extendScore(this.#arena.wasm, inside, beyond)
  }

  /** The least score that the novelty of a value warrants. */
  #ofNovelty({ novelty }: Placement): number {
    return novelty < this.#noveltyLimit ? noveltyScore(novelty, this.#noveltyLimit, this.#threshold) : 0
  }

  /** Scoring turns the row into keys, so it is written each time; a loop is faster than `set` for a few values. */
  #write({ row }: Placement): void {
    const target = this.#arena.row
    for (let f = 0; f < row.length; f++) target[f] = row[f] as number
  }

  /** Each feature's share of a placed record's score, and what it is compared with. */
  explain(placement: Placement, score: number): Contribution[] {
    const { wasm, base } = this.#arena
    this.#write(placement)
    const inside = wasm.attribute(base, this.slot)
    const bits = this.#arena.contributions
    const shares = this.#sharesBeyond(placement, inside)
    const extraBits = shares === null ? 0 : Math.log2(score / inside)
    const contributions = this.#features.map(({ name, unit }, f): Contribution => {
      const share = shares?.[f] ?? 0
      const { median, percentile } = placement.context(f)
      return {
        feature: name,
        unit,
        value: placement.values[f] as number,
        bits: (bits[f] as number) + extraBits * share,
        median,
        percentile,
      }
    })
    return placement.missing === null ? contributions : withoutMissing(contributions, placement.missing)
  }

  /** Each feature's share of what was added to the score of the forest; null where nothing was. */
  #sharesBeyond(placement: Placement, inside: number): readonly number[] | null {
    const { beyond, novel } = placement
    if (this.#ofNovelty(placement) > this.#extended(inside, placement))
      return this.#features.map((_, f) => (f === novel ? 1 : 0))
    const total = beyond?.reduce((sum, one) => sum + one, 0) ?? 0
    return beyond === null || total === 0 ? null : Array.from(beyond, (one) => one / total)
  }
}

/**
 * What a record lacks has no say: the trifle that the forest has for the value in its place is the others' in equal parts,
 * so that the bits go on adding up to the score.
 */
function withoutMissing(contributions: readonly Contribution[], missing: Uint8Array): Contribution[] {
  const lacked = contributions.filter((_, f) => missing[f] === 1).reduce((sum, { bits }) => sum + bits, 0)
  const present = missing.length - missing.reduce((sum, one) => sum + one, 0)
  return contributions.map((one, f) =>
    missing[f] === 1
      ? { ...one, bits: 0, percentile: 50, missing: true }
      : { ...one, bits: one.bits + lacked / present },
  )
}
