/** How a fit went. */
export interface FitReport {
  readonly outcome: 'ok' | 'failed'
  readonly durationMs: number
  /** The generation now in use. */
  readonly generation: number
  readonly nRows: number
  readonly error?: Error
}
