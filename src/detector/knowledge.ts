import type { StateSection } from '../state/section.js'
import type { DerivedValues } from '../telemetry/derived/derived-values.js'
import type { Reference } from './baseline/baseline.js'
import type { History } from './baseline/history.js'
import type { Model } from './model/model.js'
import type { DetectorParts } from './parts.js'
import type { Learning } from './training/learning.js'

/** What a detector has learnt and goes on learning with: two detectors change places in it, whole. */
export class Knowledge {
  readonly reference: Reference
  readonly history: History
  /** What keeps the forest up to date; null where a forest was given. */
  readonly learning: Learning | null
  /** What is derived from records before; null where nothing is. */
  readonly derived: DerivedValues | null
  /** The state of the parts above. */
  readonly parts: readonly StateSection[]
  /** Records judged so far. */
  records = 0
  readonly #given: Model | null

  constructor({ reference, history, learning, given, derived, sections }: DetectorParts) {
    this.reference = reference
    this.history = history
    this.learning = learning
    this.derived = derived
    this.parts = sections
    this.#given = given
  }

  /** The forest in use; null while there is none. */
  get model(): Model | null {
    return this.learning === null ? this.#given : this.learning.model
  }
}
