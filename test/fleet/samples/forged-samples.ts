import { RedisBus } from '#sentinel/fleet/bus/redis-bus.js'
import { encodeBatch } from '#sentinel/fleet/samples/sample-codec.js'
import type { Telemetry } from '#sentinel/telemetry/record.js'
import type { RedisServer } from '../bus/redis-server.js'

/** Sends samples to a fleet as a replica would, and says of them what it likes. */
export class ForgedSamples {
  readonly #bus: RedisBus
  readonly #name: string

  private constructor(bus: RedisBus, name: string) {
    this.#bus = bus
    this.#name = name
  }

  /** @param fleet whose head is there already */
  static async into(server: RedisServer, fleet: string, name: string): Promise<ForgedSamples> {
    const client = server.client()
    const [head = ''] = await client.keys(`{sentinel:${fleet}:*}:head`)
    client.disconnect()
    const prefix = head.replace(/:head$/, '')
    const options = { url: server.url, prefix, holder: name, leaseMs: 1_000, onError() {} }
    return new ForgedSamples(await RedisBus.open(options), name)
  }

  /** Records of which it says that nobody was told of them. */
  async send(records: readonly Telemetry[]): Promise<void> {
    const batch = {
      ...{ replica: this.#name, judged: records.length, rare: 0, spanMs: 100 },
      records: records.map(({ route = '', latency, input_length, errors }) => ({
        ...{ route, atMs: 0, alerted: false, expected: false, rare: false, beside: false },
        values: Float64Array.of(latency, input_length, errors),
      })),
    }
    // The first ones may come before the connection stands.
    await this.#bus.send(encodeBatch(batch, 3)).catch(() => {})
  }

  close(): Promise<void> {
    return this.#bus.close()
  }
}
