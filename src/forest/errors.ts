/** What can go wrong with a forest; stable, for programs to branch on. */
export type ForestErrorCode =
  | 'FOREST_BAD_OPTION'
  | 'FOREST_BAD_ROW'
  | 'FOREST_BAD_BYTES'
  | 'FOREST_BAD_DOCUMENT'
  | 'FOREST_NOT_FITTED'
  | 'FOREST_NOT_CALIBRATED'
  | 'FOREST_TOO_MANY_ROWS'
  | 'FOREST_OUT_OF_MEMORY'
  | 'FOREST_NO_WASM'

/** An error of the forest library: `message` says what was wrong, what is allowed and what to do. */
export class ForestError extends Error {
  override readonly name = 'ForestError'
  readonly code: ForestErrorCode

  constructor(code: ForestErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
