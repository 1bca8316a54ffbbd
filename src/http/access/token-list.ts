import { hash, timingSafeEqual } from 'node:crypto'

const BEARER = /^bearer +([!-~]{1,512})$/i

/**
 * The tokens that open the service. What a caller presents is hashed and compared with every token in constant time, so
 * that the time it takes tells neither a token's length nor how it begins.
 */
export class TokenList {
  readonly #digests: readonly Buffer[]

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digestOf)
  }

  get empty(): boolean {
    return this.#digests.length === 0
  }

  /** Whether an `Authorization` header carries one of the tokens. */
  accepts(authorization: string | undefined): boolean {
    const token = presentedToken(authorization)
    if (token === null) return false
    const presented = digestOf(token)
    let equal = false
    for (const digest of this.#digests) equal = timingSafeEqual(digest, presented) || equal
    return equal
  }
}

/** The bearer token of an `Authorization` header; null when there is none. */
export function presentedToken(authorization: string | undefined): string | null {
  if (authorization === undefined) return null
  return BEARER.exec(authorization)?.[1] ?? null
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}
