/** How a fit went. When it failed, the forest in use goes on. */
export interface FitReport {
  readonly outcome: 'ok' | 'failed'
  /** How long it took, in milliseconds. */
  readonly durationMs: number
  /** The generation now in use; 0 while there is none. */
  readonly generation: number
  /** Records that it was to be grown from. */
  readonly nRows: number
  /** Why it failed. */
  readonly error?: Error
}
