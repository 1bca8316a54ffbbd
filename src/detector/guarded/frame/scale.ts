/** Unit, centre and spread per feature, on the log scale; and how likely a value other than the usual one is. */
export interface Scale {
  /** 1 / unit; 0 where none is known, and then that of the frame counts. */
  readonly perUnit: Float64Array
  readonly center: Float64Array
  readonly spread: Float64Array
  readonly median: Float64Array
  readonly novelty: Float64Array
}
