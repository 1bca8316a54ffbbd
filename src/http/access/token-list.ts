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
    return this.indexOf(authorization) >= 0
  }

  /** Which of the tokens, from 0, an `Authorization` header carries; -1 when it carries none of them. */
  indexOf(authorization: string | undefined): number {
    const token = presentedToken(authorization)
    if (token === null) return -1
    const presented = digestOf(token)
    let found = -1
    this.#digests.forEach((digest, index) => {
      if (timingSafeEqual(digest, presented)) found = index
    })
    return found
  }
}

/** The bearer token of an `Authorization` header; null when there is none. */
function presentedToken(authorization: string | undefined): string | null {
  if (authorization === undefined) return null
  return BEARER.exec(authorization)?.[1] ?? null
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}
