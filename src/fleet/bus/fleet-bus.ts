/** What a fleet judges by: which model, who published it, and up to where of the samples it was learnt. */
export interface Head {
  /** Counts publications; never falls. */
  readonly version: number
  /** Of the leader that published it. */
  readonly epoch: number
  /** SHA-256 of the model's bytes, hex. */
  readonly hash: string
  /** Id of the last batch of samples that went into it; empty before the first. */
  readonly position: string
  /** Id of the last operator's word that it heard; empty before the first. */
  readonly words: string
  /** Replicas that the leader had heard of lately, 1 or more: how many share what may be sent. */
  readonly replicas: number
}

/** What somebody sent: samples of a replica, or what happened to incidents. */
export interface SentBatch {
  /** Where it stands in the stream: `read` goes on behind it. */
  readonly position: string
  readonly bytes: Uint8Array
}

/** What an operator said somewhere. */
export interface SaidWord extends SentBatch {
  /** How long ago that was by the clock of the bus, ms: no two hosts need to agree on the time. */
  readonly ageMs: number
}

/** What all are told, each oldest first. */
export interface News {
  /** What happened to incidents. */
  readonly notes: readonly SentBatch[]
  /** What operators said. */
  readonly words: readonly SaidWord[]
}

/** A model to be published. */
export interface Publication extends Pick<Head, 'hash' | 'position' | 'words' | 'replicas'> {
  readonly bytes: Uint8Array
  /** The head that it follows; null where the publisher knows of none. */
  readonly after: Head | null
}

/**
 * What became of a publication: its head; `fenced`, as the lease is somebody else's by now; `overtaken`, as there is a
 * newer head than the one that it follows.
 */
export type Published = Head | 'fenced' | 'overtaken'

/**
 * What a fleet meets at. Whoever holds the lease leads; each lease has an epoch, higher than all before it, and what is
 * published under one that is over is refused. Every method rejects when the bus does not answer in time.
 */
export interface FleetBus {
  /** Adds a batch of samples to the stream; the oldest leave it. */
  send(batch: Uint8Array): Promise<void>
  /** The batches behind a position, oldest first; of all for an empty one. */
  read(after: string, most: number): Promise<SentBatch[]>
  /** Position of the newest batch; empty where there is none. */
  newest(): Promise<string>
  /** Null where nothing was published. */
  head(): Promise<Head | null>
  /** The bytes of a model; null where they are gone. */
  model(hash: string): Promise<Uint8Array | null>
  /**
   * Takes the lease where nobody holds it.
   * @param above the new epoch is higher than this one, too
   * @returns the epoch; null where somebody holds it
   */
  acquire(above: number): Promise<number | null>
  /** Keeps the lease for its time from now on; false when it is lost. */
  renew(epoch: number): Promise<boolean>
  /** Gives the lease back. */
  resign(epoch: number): Promise<void>
  /** Publishes a model, in one step with the checks that decide whether it may be. */
  publish(epoch: number, publication: Publication): Promise<Published>
  /** Puts a head back that the bus has lost, with its model and the words that it lacks; one that is as new stays. */
  putBack(head: Head, bytes: Uint8Array, words: readonly SentBatch[]): Promise<void>
  /**
   * Tells all of what happened to incidents, where the lease is still held.
   * @returns false when it is lost
   */
  tell(epoch: number, note: Uint8Array): Promise<boolean>
  /** Hands on an operator's word. */
  say(word: Uint8Array): Promise<void>
  /** What all were told behind two positions; all that is kept for empty ones. */
  news(notesAfter: string, wordsAfter: string): Promise<News>
  close(): Promise<void>
}
