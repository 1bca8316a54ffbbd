/** What became of models here. */
export type ModelOutcome = 'adopted' | 'published' | 'refused' | 'unsound' | 'damaged'

/** What a replica knows of itself and its fleet, for metrics and health checks. Plain: it is counted on all the time. */
export class FleetFigures {
  /** Whether the bus answers. */
  connected = false
  /** Hash of the model in use; null while the replica learns by itself. */
  model: string | null = null
  /** Of the head that is followed. */
  version = 0
  epoch = 0
  /** Whether this replica leads. */
  leads = false
  /** Replicas that the leader has heard of lately, and those of them that it does not learn from. */
  replicas = 0
  suspects = 0
  /** Bytes of the model in use, compressed. */
  modelBytes = 0
  readonly models: Record<ModelOutcome, number> = {
    adopted: 0,
    published: 0,
    refused: 0,
    unsound: 0,
    damaged: 0,
  }
  /** Batches of samples by what became of them. */
  readonly batches = { sent: 0, lost: 0, bad: 0 }
  /** Sampled records by what the leader did with them. */
  readonly samples = { learnt: 0, leftOut: 0 }
  busErrors = 0
  /** Times that the grace was over, and the replica learnt by itself. */
  alone = 0

  /** In a word. */
  get role(): 'leader' | 'follower' | 'alone' {
    if (this.leads) return 'leader'
    return this.model === null ? 'alone' : 'follower'
  }
}
