import { ItemIndex } from '../batch/item-index.js'

/** Where the spans of a request stand in its bytes, and whose they are. */
export class SpanIndex extends ItemIndex {
  /** Services in order, each with the first span that is its own. */
  readonly #services: { readonly from: number; readonly name: string | undefined }[] = []
  #last = 0

  /** Adds a span. @throws ApiError when there are too many */
  override push(start: number, end: number): void {
    super.push(start, end, this.size + 1)
  }

  /** All spans from that one on are of this service. */
  nameFrom(from: number, name: string | undefined): void {
    if (from < this.size) this.#services.push({ from, name })
  }

  /** Asked in order of the spans. */
  serviceOf(item: number): string | undefined {
    if (item === 0) this.#last = 0
    while ((this.#services[this.#last + 1]?.from ?? Number.POSITIVE_INFINITY) <= item) this.#last += 1
    return this.#services[this.#last]?.name
  }
}
