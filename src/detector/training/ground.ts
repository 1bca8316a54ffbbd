import type { Arena } from '../../forest/arena.js'
import type { FitTurns } from './fit-turns.js'
import type { Trainer } from './trainer.js'

/** Where a forest is grown: in this slot, from the training rows of this arena. */
export interface Plot {
  readonly arena: Arena
  readonly slot: number
}

/** Where the forests of one detector are grown, and where it judges by them. */
export interface Ground {
  /** What records are scored in. */
  readonly arena: Arena
  readonly trainer: Trainer
  /** When it is this detector's turn to fit beside the records. */
  readonly turns: FitTurns
  /**
   * Where the next forest is grown beside the records, while it is this detector's turn.
   * @param active the slot that is judged by; null where none is
   */
  beside(active: number | null): Plot
  /** Where one is grown, or restored, on the caller's thread at one go. */
  atOnce(active: number | null): Plot
  /** Has the forest of a plot in a slot of `arena`, to be judged by from now on; returns that slot. */
  settle(plot: Plot): number
  /** The slot of `arena` that the forest of a plot will be in. */
  slotFor(plot: Plot): number
  /** Gives everything up. Nothing is scored or fitted there any more. */
  close(): Promise<void>
}

/** An arena of its own with two slots: one is judged by, the other filled. */
export class OwnGround implements Ground {
  constructor(
    readonly arena: Arena,
    readonly trainer: Trainer,
    readonly turns: FitTurns,
  ) {}

  beside(active: number | null): Plot {
    return { arena: this.arena, slot: active === 0 ? 1 : 0 }
  }

  atOnce(active: number | null): Plot {
    return this.beside(active)
  }

  settle({ slot }: Plot): number {
    return slot
  }

  slotFor({ slot }: Plot): number {
    return slot
  }

  close(): Promise<void> {
    return this.trainer.close()
  }
}
