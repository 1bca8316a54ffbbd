import type { Redis } from 'ioredis'
import type { RedisServer } from './bus/redis-server.js'

/** Looks at the head of the one fleet of a server all the time, and notes what must not be. */
export class HeadWatch {
  readonly faults: string[] = []
  version = 0
  epoch = 0
  hash = ''
  readonly #redis: Redis
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> = Promise.resolve()

  private constructor(redis: Redis) {
    this.#redis = redis
  }

  static async start(server: RedisServer): Promise<HeadWatch> {
    const redis = server.client()
    await redis.connect()
    const watch = new HeadWatch(redis)
    watch.#timer = setInterval(() => {
      watch.#looking = watch.#looking
        .then(() => watch.#look())
        .catch((error: unknown) => {
          if (watch.#timer !== null) watch.faults.push(String(error))
        })
    }, 20)
    return watch
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    await this.#looking
    this.#redis.disconnect()
  }

  async #look(): Promise<void> {
    const [key] = await this.#redis.keys('*:head')
    if (key === undefined) return
    const { version, epoch, hash = '' } = await this.#redis.hgetall(key)
    const [is, was] = [
      { version: Number(version), epoch: Number(epoch), hash },
      { version: this.version, epoch: this.epoch, hash: this.hash },
    ]
    const changed = is.hash !== was.hash
    if (is.version < was.version || is.epoch < was.epoch || (changed && is.version === was.version))
      this.faults.push(`${JSON.stringify(is)} after ${JSON.stringify(was)}`)
    if ((await this.#redis.exists(key.replace(/head$/, `model:${hash}`))) !== 1)
      if ((await this.#redis.hget(key, 'hash')) === hash) this.faults.push(`the model of ${hash} is missing`)
    Object.assign(this, is)
  }
}
