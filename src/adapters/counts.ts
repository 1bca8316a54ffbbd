/** What became of the requests since the start. */
export interface AdapterCounts {
  /** Judged, in process or by the sidecar. */
  judged: number
  /** Those of them that are anomalies. */
  anomalies: number
  /** Dropped because they make no record, or because the sidecar refused them as such. */
  broken: number
  /** Dropped because the queue was full. */
  overflowed: number
  /** Dropped because the sidecar did not answer, or the sentinel is closed. */
  unanswered: number
  /** Errors thrown by what was to hear of a verdict. */
  callbackErrors: number
}

export function newCounts(): AdapterCounts {
  return { judged: 0, anomalies: 0, broken: 0, overflowed: 0, unanswered: 0, callbackErrors: 0 }
}
