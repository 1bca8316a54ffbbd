/** An isolation forest that the benchmarks race: fit, one score, many scores. Higher scores are more anomalous. */
export interface Peer {
  readonly name: string
  fit(rows: number[][]): void
  score(row: number[]): number
  scoreBatch(rows: number[][]): ArrayLike<number>
}

/** Shape of the forests in a race; a peer that cannot follow part of it says so in its own file. */
export interface PeerOptions {
  nTrees: number
  subsampleSize: number
  seed: number
}
