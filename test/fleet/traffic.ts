import type { ReplicaProcess } from './replica-process.js'

/** Numbers in [0, 1) that are the same each time. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Of one request. */
const RECORDS = 40
const ROUTES = ['/api/analyze', '/api/items', '/login']

/** Ordinary records of a few routes. */
export function ordinary(count: number, seed: number): object[] {
  const random = randomFrom(seed)
  return Array.from({ length: count }, () => {
    const route = Math.floor(random() * ROUTES.length)
    return {
      route: ROUTES[route],
      latency: (50 + 40 * route) * Math.exp(0.4 * (random() + random() + random() - 1.5)),
      input_length: Math.floor(200 + 1_500 * random()),
      errors: random() < 0.02 ? 1 : 0,
    }
  })
}

/** Ordinary and odd records, to be judged. */
export function questions(count: number, seed: number): object[] {
  const random = randomFrom(seed)
  return ordinary(count, seed + 1).map((record, i) =>
    i % 5 === 0 ? { ...record, latency: 10 ** (1 + 4 * random()), errors: Math.floor(8 * random()) } : record,
  )
}

/**
 * Serves ordinary records to replicas, in turn, until `stop` is called; then it tells what was refused, and how many records
 * each of them took.
 */
export function serve(replicas: () => readonly ReplicaProcess[], seed = 1) {
  let stopped = false
  let [served, failed] = [0, 0]
  const accepted = new Map<ReplicaProcess, number>()
  const inHand = new Map<ReplicaProcess, Promise<void>>()
  const feed = async (replica: ReplicaProcess, records: object[]): Promise<void> => {
    const status = await replica.feed(records).catch(() => 0)
    served += 1
    if (status === 200) accepted.set(replica, RECORDS + (accepted.get(replica) ?? 0))
    else if (replicas().includes(replica)) failed += 1
    inHand.delete(replica)
  }
  const running = (async () => {
    for (let round = 0; !stopped; round++) {
      // One that is paused keeps nobody else waiting: without records there is nothing new to publish.
      for (const [i, replica] of replicas().entries())
        if (!inHand.has(replica))
          inHand.set(replica, feed(replica, ordinary(RECORDS, seed + 100 * round + i)))
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await Promise.all(inHand.values())
  })()
  return {
    stop: async () => {
      stopped = true
      await running
      return { served, failed, accepted }
    },
  }
}
