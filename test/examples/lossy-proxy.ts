import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A network between a client and the service that delivers requests but loses the first answers. */
export class LossyProxy {
  readonly url: string
  /** The `Idempotency-Key` of each request that came by. */
  readonly keys: (string | undefined)[]
  /** The records that came by, alone or in a batch, parsed. */
  readonly records: unknown[]
  readonly stop: () => Promise<void>

  private constructor(seen: Pick<LossyProxy, 'url' | 'keys' | 'records' | 'stop'>) {
    this.url = seen.url
    this.keys = seen.keys
    this.records = seen.records
    this.stop = seen.stop
  }

  static async start(target: string, { losses = 0 } = {}): Promise<LossyProxy> {
    const { hostname: host, port } = new URL(target)
    const keys: (string | undefined)[] = []
    const records: unknown[] = []
    const server = createServer((incoming, outgoing) => {
      keys.push(incoming.headers['idempotency-key'] as string | undefined)
      const lost = keys.length <= losses
      const { method, url: path, headers } = incoming
      const forwarded = send({ host, port, method, path, headers }, (answer) => {
        if (lost) {
          answer.resume().once('end', () => outgoing.destroy())
          return
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(forwarded)
      void text(incoming).then((body) => {
        for (const line of body.split('\n')) records.push(JSON.parse(line))
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port: own } = server.address() as AddressInfo
    const stop = async (): Promise<void> => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
    return new LossyProxy({ url: `http://127.0.0.1:${own}`, keys, records, stop })
  }
}
