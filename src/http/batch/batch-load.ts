import { AccessError } from '../errors/error-codes.js'

/** Batches judged at a time; single requests have to come through between their slices. */
const JUDGED_MAX = 2
/** Bytes of bodies that are taken in at a time, as announced or at most possible. */
const BYTES_MAX = 64 * 2 ** 20

/** How much of batches is at work, so that many large ones cannot take all memory or all turns. */
export class BatchLoad {
  #judged = 0
  #bytes = 0

  /**
   * Before a body is read.
   * @returns what to call once it is not needed any more
   * @throws AccessError 429 when too much is being read already
   */
  takeIn(bytes: number): () => void {
    if (this.#bytes + bytes > BYTES_MAX) throw busy('the bodies of other batches are being read')
    this.#bytes += bytes
    return once(() => {
      this.#bytes -= bytes
    })
  }

  /**
   * Before a batch is judged.
   * @returns what to call when it was
   * @throws AccessError 429 when too many are being judged already
   */
  begin(): () => void {
    if (this.#judged >= JUDGED_MAX) throw busy(`${JUDGED_MAX} batches are being judged`)
    this.#judged += 1
    return once(() => {
      this.#judged -= 1
    })
  }
}

function once(done: () => void): () => void {
  let open = true
  return () => {
    if (open) done()
    open = false
  }
}

function busy(what: string): AccessError {
  const message = `${what}; send this one again after the seconds that Retry-After gives`
  return new AccessError('SENTINEL_RATE_LIMITED', message, { 'retry-after': '1' })
}
