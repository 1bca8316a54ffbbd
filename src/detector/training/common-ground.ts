import { Arena, type ArenaShape } from '../../forest/arena.js'
import { FitTurns } from './fit-turns.js'
import type { Ground, Plot } from './ground.js'
import { Trainer } from './trainer.js'
import type { TrainerOptions } from './trainer-options.js'

export interface CommonGroundOptions {
  /** Share of one core that all fits together may take. */
  readonly trainDuty: number
  readonly trainer?: TrainerOptions
}

/** What detectors of one shape have in common: two arenas to grow forests in, and those that were given back. */
interface Kind {
  /** For the trainer, one fit at a time. */
  readonly beside: Arena
  /** For what is fitted or restored at one go, perhaps while the trainer is at work. */
  readonly atOnce: Arena
  readonly free: Arena[]
}

/**
 * One memory and one trainer for many detectors. Each has an arena with a single slot there, a quarter of a MiB by
 * default; forests are grown in an arena that all of a shape share, and copied to where they judge between two records.
 */
export class CommonGround {
  readonly #first: Arena
  readonly #trainer: Trainer
  readonly #turns: FitTurns
  readonly #kinds = new Map<string, Kind>()

  private constructor(first: Arena, { trainDuty, trainer }: CommonGroundOptions) {
    this.#first = first
    this.#trainer = new Trainer(first, trainer)
    this.#turns = new FitTurns(trainDuty)
  }

  /**
   * @param shape of the first detectors
   * @throws ForestError when the module or the memory cannot be had
   */
  static async create(shape: ArenaShape, options: CommonGroundOptions): Promise<CommonGround> {
    // It grows with the detectors, and a plain memory would leave what looks into it with nothing.
    return new CommonGround(await Arena.create({ ...shape, nSlots: 1 }, { shared: true }), options)
  }

  /**
   * Ground for one detector more.
   * @throws ForestError FOREST_OUT_OF_MEMORY
   */
  groundFor(shape: ArenaShape): Ground {
    const kind = this.#kindOf({ ...shape, nSlots: 1 })
    const arena = kind.free.pop() ?? this.#first.relayout(kind.beside.shape)
    return new SharedGround(kind, arena, this.#trainer, this.#turns)
  }

  /** Ends training; a fit in flight is given up. */
  close(): Promise<void> {
    return this.#trainer.close()
  }

  #kindOf(shape: ArenaShape): Kind {
    const key = JSON.stringify(Object.entries(shape).sort())
    const known = this.#kinds.get(key)
    if (known !== undefined) return known
    const isFirst = this.#kinds.size === 0 && sameShape(this.#first.shape, shape)
    const kind: Kind = {
      beside: isFirst ? this.#first : this.#first.relayout(shape),
      atOnce: this.#first.relayout(shape),
      free: [],
    }
    this.#kinds.set(key, kind)
    return kind
  }
}

/** An arena of one detector with the one slot that it judges by. */
class SharedGround implements Ground {
  readonly #kind: Kind

  constructor(
    kind: Kind,
    readonly arena: Arena,
    readonly trainer: Trainer,
    readonly turns: FitTurns,
  ) {
    this.#kind = kind
  }

  beside(): Plot {
    return { arena: this.#kind.beside, slot: 0 }
  }

  atOnce(): Plot {
    return { arena: this.#kind.atOnce, slot: 0 }
  }

  settle({ arena, slot }: Plot): number {
    this.arena.wasm.copySlot(this.arena.base, 0, arena.base, slot)
    return 0
  }

  slotFor(): number {
    return 0
  }

  async close(): Promise<void> {
    this.#kind.free.push(this.arena)
  }
}

function sameShape(one: ArenaShape, other: ArenaShape): boolean {
  return (Object.keys(one) as (keyof ArenaShape)[]).every((name) => one[name] === other[name])
}
