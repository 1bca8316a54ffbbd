/** What is learnt, and what is not by an operator's word. */
export interface LearningReport {
  readonly paused: boolean
  /** When it goes on by itself, ISO 8601; null while it is not paused. */
  readonly paused_until: string | null
  /** Records learnt from, up to the size of the window. */
  readonly samples: number
  /** Records still needed before the first forest. */
  readonly samples_needed: number
  readonly mutes: number
  readonly never_learnt: number
}
