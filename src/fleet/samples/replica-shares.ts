/** Records that shares are taken over, at least and for each replica: what was long ago counts less. */
const WINDOW = 2_000
const WINDOW_A_REPLICA = 200
/** A replica is compared with the others once in so many of its records. */
const COMPARED_EVERY = 10
/** A replica may bring this many times the share that each of them would have. */
const MOST_TIMES = 1.5
/** Odd records of one replica against those of the others: so many times their share, and so many more of a hundred. */
const ODD_TIMES = 3
const ODD_MORE = 0.1
/** Records of a replica before anything is said of it, and replicas of which one may be told from the others. */
const LEAST_RECORDS = 100
const LEAST_REPLICAS = 3
/** Below this weight a replica is gone. */
const GONE = 1

interface Share {
  /** Records until it is compared again. */
  wait: number
  /** Records that it brought, fading; and how many of them were odd. */
  brought: number
  odd: number
  /** Records of it that were learnt from, fading. */
  learnt: number
  suspect: boolean
}

/**
 * How much each replica has its say in what is learnt. None brings more than half again as much as an equal share, however
 * much it sends; and one whose records are odd far more often than those of all others, which serve the same traffic, is
 * not learnt from while that lasts.
 */
export class ReplicaShares {
  readonly #shares = new Map<string, Share>()
  readonly #onSuspect: (replica: string, suspect: boolean) => void
  #learnt = 0
  #brought = 0

  /** @param onSuspect told of a replica that is left out from now on, or no longer */
  constructor(onSuspect: (replica: string, suspect: boolean) => void) {
    this.#onSuspect = onSuspect
  }

  /** Replicas that are left out. */
  get suspects(): number {
    let count = 0
    for (const { suspect } of this.#shares.values()) if (suspect) count += 1
    return count
  }

  /** Replicas that were heard of lately. */
  get size(): number {
    return this.#shares.size
  }

  /**
   * Whether a record of a replica may be learnt from.
   * @param odd whether it is by the model that learns
   */
  admit(replica: string, odd: boolean): boolean {
    const share = this.#shareOf(replica)
    share.brought += 1
    if (odd) share.odd += 1
    this.#brought += 1
    if (this.#brought >= this.#window) this.#fade()
    share.wait -= 1
    if (share.wait <= 0) this.#compare(replica, share)
    if (share.suspect) return false
    const most = (MOST_TIMES / this.#shares.size) * (this.#learnt + LEAST_RECORDS)
    if (this.#shares.size > 1 && share.learnt >= most) return false
    share.learnt += 1
    this.#learnt += 1
    if (this.#learnt >= this.#window) this.#fadeLearnt()
    return true
  }

  /** Whether nothing is learnt from a replica now. */
  isSuspect(replica: string): boolean {
    return this.#shares.get(replica)?.suspect === true
  }

  #shareOf(replica: string): Share {
    const known = this.#shares.get(replica)
    if (known !== undefined) return known
    const share = { wait: COMPARED_EVERY, brought: 0, odd: 0, learnt: 0, suspect: false }
    this.#shares.set(replica, share)
    return share
  }

  get #window(): number {
    return Math.max(WINDOW, WINDOW_A_REPLICA * this.#shares.size)
  }

  #compare(replica: string, share: Share): void {
    share.wait = COMPARED_EVERY
    if (share.brought < LEAST_RECORDS || this.#shares.size < LEAST_REPLICAS) return
    const own = share.odd / share.brought
    const others: number[] = []
    for (const [name, { brought, odd }] of this.#shares)
      if (name !== replica && brought >= LEAST_RECORDS / 10) others.push(odd / brought)
    if (others.length < LEAST_REPLICAS - 1) return
    others.sort((a, b) => a - b)
    const usual = others[others.length >> 1] as number
    const suspect = own > ODD_TIMES * usual && own > usual + ODD_MORE
    if (suspect === share.suspect) return
    share.suspect = suspect
    this.#onSuspect(replica, suspect)
  }

  #fade(): void {
    this.#brought = 0
    for (const [replica, share] of this.#shares) {
      share.brought /= 2
      share.odd /= 2
      this.#brought += share.brought
      if (share.brought < GONE) this.#shares.delete(replica)
    }
  }

  /** By its own count: whoever sends much makes nobody forget how much was learnt from it. */
  #fadeLearnt(): void {
    this.#learnt = 0
    for (const share of this.#shares.values()) {
      share.learnt /= 2
      this.#learnt += share.learnt
    }
  }
}
