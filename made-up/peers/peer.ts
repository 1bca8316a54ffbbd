/**
 * An isolation forest that the benchmarks race. Rows are in the shape that the peer's users would keep them in,
 * so that no race is lost by converting. Higher scores are more anomalous.
 */
export interface Peer<Row = number[]> {
  readonly name: string
  row(values: number[]): Row
  fit(rows: Row[]): void
  score(row: Row): number
  scoreBatch(rows: Row[]): ArrayLike<number>
}

/** Shape of the forests in a race; a peer that cannot follow part of it says so in its own file. */
export interface PeerOptions {
  nTrees: number
  subsampleSize: number
  seed: number
}
