import type { Context, Placement } from '../baseline/baseline.js'
import type { Scope } from '../verdict.js'
import type { Frame } from './frame/frame.js'
import { RecordStore } from './record-store.js'
import type { RouteProfile } from './routes/route-profile.js'

/** A record against the usual values of its route, or of the whole baseline while little is known of that. */
export class GuardedPlacement implements Placement {
  /** The record, as a store of one. */
  readonly record: RecordStore
  readonly values: Float64Array
  readonly considered: Float64Array
  readonly row: Float32Array
  readonly beyond: Float64Array
  /** Smallest probability of a value other than the usual one, of the features that have another; 1 without any. */
  novelty = 1
  /** The feature that has it, -1 without any. */
  novel = -1
  missing: Uint8Array | null = null
  scope: Scope = 'baseline'
  nRecords = 0
  /** The profile of its route, if it has one. */
  found: RouteProfile | undefined
  /** The same if it is established: then the record is judged against it. */
  profile: RouteProfile | null = null
  /** The coordinates of the forest in use; null while there is none. */
  frame: Frame | null = null

  readonly #missing: Uint8Array

  constructor(nFeatures: number) {
    this.#missing = new Uint8Array(nFeatures)
    this.record = new RecordStore(1, nFeatures)
    this.record.size = 1
    this.values = this.record.values
    this.considered = new Float64Array(nFeatures)
    this.row = new Float32Array(nFeatures)
    this.beyond = new Float64Array(nFeatures)
  }

  /** Name of its route, as everybody else calls it; empty where it has none. */
  route = ''

  /** Name of the profile of its route. */
  get own(): string {
    return this.record.routes[0] as string
  }

  /** The record lacks a feature. */
  lack(feature: number): void {
    if (this.missing === null) this.missing = this.#missing.fill(0)
    this.missing[feature] = 1
  }

  /** To be asked while there is a forest: a frame comes with it. */
  context(feature: number): Context {
    const { columns } = (this.profile ?? this.frame) as Frame
    return {
      median: columns.median(feature),
      percentile: columns.midRank(feature, this.values[feature] as number),
    }
  }
}
