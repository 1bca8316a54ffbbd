const NUMBER = /^\d{1,15}$/
const HASH = /^[\da-f]{64}$/

/** What a head is known by. */
interface HeadNames {
  readonly version: number
  readonly epoch: number
  readonly hash: string
}

/**
 * Reads what a bus says of a head; null for what is none. A number beyond those that can be counted on from would keep
 * everybody from leading for good.
 */
export function headOf(fields: {
  readonly version?: string | null | undefined
  readonly epoch?: string | null | undefined
  readonly hash?: string | null | undefined
}): HeadNames | null {
  const { version, epoch, hash } = fields
  if (version == null || epoch == null || hash == null) return null
  if (!NUMBER.test(version) || !NUMBER.test(epoch) || !HASH.test(hash)) return null
  return { version: Number(version), epoch: Number(epoch), hash }
}
