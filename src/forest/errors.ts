/** What can go wrong with a forest; stable, for programs to branch on. */
export type ForestErrorCode =
  /** An option or an argument is out of its range. */
  | 'FOREST_BAD_OPTION'
  /** A row has a wrong length, or a value that is no finite number. */
  | 'FOREST_BAD_ROW'
  /** The bytes are no forest, cut short or damaged. */
  | 'FOREST_BAD_BYTES'
  /** The document is no forest of scikit-learn. */
  | 'FOREST_BAD_DOCUMENT'
  /** There are no trees yet. */
  | 'FOREST_NOT_FITTED'
  /** There are trees, but no scores of the rows that they were grown from. */
  | 'FOREST_NOT_CALIBRATED'
  /** There are more rows than `maxRows`. */
  | 'FOREST_TOO_MANY_ROWS'
  /** The memory cannot grow as far as the forest needs. */
  | 'FOREST_OUT_OF_MEMORY'
  /** The WebAssembly module cannot be had, or does not fit the memory. */
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
