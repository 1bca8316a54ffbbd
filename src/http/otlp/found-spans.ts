import type { OtlpSpan } from './otlp-span.js'
import type { SpanIndex } from './span-index.js'

/** The spans of a request: found, and read one by one as they are asked for. */
export interface FoundSpans {
  readonly index: SpanIndex
  /**
   * @returns null for one that is nobody's to judge; the object is that of the next one, too
   * @throws Error where it is no span
   */
  read(item: number): OtlpSpan | null
}
