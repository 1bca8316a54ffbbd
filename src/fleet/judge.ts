import { nextTurn } from '../runtime/timers.js'
import type { Following } from '../sentinel/following.js'
import { decodeModel, encodeModel } from './model/model-blob.js'

/** What judges by the models of a fleet. */
export interface Judge {
  /** Name of the model in use; null while it learns by itself. */
  readonly name: string | null
  /**
   * Has a model ready beside the one in use. One at a time: the next call makes what the one before returned useless.
   * @returns puts it in use from the next record on, under a name
   * @throws StateError when it cannot be judged by
   */
  prepare(bytes: Uint8Array): Promise<(name: string) => void>
  /** The model in use. */
  capture(): Promise<Uint8Array>
  /** Learns by itself again, from the model in use on. */
  thaw(): void
}

/** A sentinel as a judge. */
export function judgeOf(following: Following): Judge {
  return {
    get name() {
      return following.name
    },
    async prepare(bytes) {
      const prepared = await following.prepare(await decodeModel(bytes), nextTurn)
      return (name) => following.adopt(prepared, name)
    },
    capture: () => encodeModel(following.capture()),
    thaw: () => following.thaw(),
  }
}
