import type { Contamination } from 'codeflow-sentinel/forest'

/** What the page asks its worker for. Answers carry the order's id; a fit sends progress before its answer. */
export interface FitOrder {
  readonly kind: 'fit'
  /** Row-major, nRows · nFeatures. */
  readonly data: Float64Array
  readonly nRows: number
  readonly nFeatures: number
  /** Of the columns. */
  readonly names: readonly string[]
  readonly nTrees: number
  readonly subsampleSize: number
  readonly contamination: Contamination
  readonly seed: number
}

/** Moves the threshold of the fitted forest. */
export interface ThresholdOrder {
  readonly kind: 'threshold'
  readonly contamination: Contamination
}

/** Scores a grid over two features, every other feature at its median. */
export interface FieldOrder {
  readonly kind: 'field'
  readonly xFeature: number
  readonly yFeature: number
  readonly xs: Float64Array
  readonly ys: Float64Array
}

export interface TimingsOrder {
  readonly kind: 'timings'
}

export type Order = FitOrder | ThresholdOrder | FieldOrder | TimingsOrder

export interface RankedRow {
  readonly row: number
  readonly score: number
  readonly confidence: number
  /** Bits by feature: score = 2^(-1 + their sum). */
  readonly contributions: Float64Array
}

export interface FitAnswer {
  readonly kind: 'fit'
  /** By row. */
  readonly scores: Float64Array
  readonly threshold: number
  /** 1 where the row's score exceeds the threshold. */
  readonly anomalous: Uint8Array
  /** The most anomalous rows, the most anomalous first. */
  readonly ranked: readonly RankedRow[]
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly fitMs: number
  readonly subsampleSize: number
  readonly shared: boolean
}

export interface ThresholdAnswer {
  readonly kind: 'threshold'
  readonly threshold: number
  readonly anomalous: Uint8Array
  readonly ranked: readonly RankedRow[]
  readonly bytes: Uint8Array<ArrayBuffer>
}

export interface FieldAnswer {
  readonly kind: 'field'
  /** Row-major, ys by xs. */
  readonly scores: Float64Array
}

export interface TimingsAnswer {
  readonly kind: 'timings'
  /** Microseconds a row. */
  readonly wasmBatch: number
  readonly wasmSingle: number
  readonly javascript: number
  /** Between a score of WebAssembly and one of JavaScript. */
  readonly largestDifference: number
}

export interface AnswerOf {
  readonly fit: FitAnswer
  readonly threshold: ThresholdAnswer
  readonly field: FieldAnswer
  readonly timings: TimingsAnswer
}

export type Message =
  | { readonly id: number; readonly answer: AnswerOf[keyof AnswerOf] }
  | { readonly id: number; readonly treesGrown: number; readonly nTrees: number }
  | { readonly id: number; readonly error: string }
