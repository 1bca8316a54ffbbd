const TOKEN_KEY = 'sentinel-token'

/** An answer that is none: what the service said of it, for people. */
export class ApiFailure extends Error {
  override readonly name = 'ApiFailure'

  constructor(
    /** The HTTP status; 0 where there was no answer at all. */
    readonly status: number,
    /** For programs; empty where the service gave none. */
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/**
 * Asks the service that the page is from. A token is held in memory, and in the storage of the tab only if that is
 * wished.
 */
export class Api {
  #token: string | null = sessionStorage.getItem(TOKEN_KEY)

  /** Whether there is a token, right or wrong. */
  get hasToken(): boolean {
    return this.#token !== null
  }

  useToken(token: string, keep: boolean): void {
    this.#token = token
    if (keep) sessionStorage.setItem(TOKEN_KEY, token)
    else sessionStorage.removeItem(TOKEN_KEY)
  }

  dropToken(): void {
    this.#token = null
    sessionStorage.removeItem(TOKEN_KEY)
  }

  /** @throws ApiFailure */
  async get<Answer>(path: string): Promise<Answer> {
    return (await this.request(path)).json()
  }

  /** @throws ApiFailure */
  async post<Answer>(path: string, body: object): Promise<Answer> {
    const headers = { 'content-type': 'application/json' }
    return (await this.request(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  }

  /** @throws ApiFailure for every answer that is not a good one */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    if (this.#token !== null) headers.set('authorization', `Bearer ${this.#token}`)
    const response = await fetch(path, { ...init, headers, cache: 'no-store' }).catch(() => null)
    if (response === null) throw new ApiFailure(0, '', 'the service does not answer')
    if (response.ok) return response
    const error = (await response.json().catch(() => null)) as { code?: string; message?: string } | null
    throw new ApiFailure(
      response.status,
      String(error?.code ?? ''),
      String(error?.message ?? `the service answered ${response.status}`),
    )
  }
}
