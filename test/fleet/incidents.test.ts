import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { until } from '../until.js'
import { describeFleet, WITHIN_MS } from './describe-fleet.js'
import { ReplicaFleet } from './replica-fleet.js'
import { ReplicaProcess } from './replica-process.js'
import { serve } from './traffic.js'

interface Shown {
  readonly id: string
  readonly route: string | null
  readonly status: string
}

async function incidentsAt(replica: ReplicaProcess): Promise<Shown[]> {
  const answer = await fetch(`${replica.url}/incidents`)
  return ((await answer.json()) as { incidents: Shown[] }).incidents
}

describeFleet('incidents of a fleet', (redis) => {
  test('an attack spread over three replicas is one incident at each of them, and one post', async () => {
    const posts: { event: string; incident: Shown }[] = []
    const receiver = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      request.on('end', () => {
        posts.push(JSON.parse(body))
        response.end()
      })
    }).listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    const { port } = receiver.address() as AddressInfo
    const variables = { SENTINEL_WEBHOOK_URL: `http://127.0.0.1:${port}/` }
    const replicas = await Promise.all([1, 2, 3].map(() => ReplicaProcess.ofTest(redis().url, variables)))
    const traffic = serve(() => replicas)
    await new ReplicaFleet(replicas).follows(4)
    posts.length = 0
    const attack = Array.from({ length: 10 }, () => ({
      route: '/login',
      latency: 9_000,
      input_length: 500,
      errors: 6,
    }))
    const open: Shown[][] = []
    await until(
      async () => {
        await Promise.all(replicas.map((one) => one.feed(attack)))
        open.splice(0, open.length, ...(await Promise.all(replicas.map(incidentsAt))))
        return open.every((list) => list.some(({ route, status }) => route === '/login' && status === 'open'))
      },
      'the incident at every replica',
      WITHIN_MS,
    )
    const ids = open.map((list) => list.filter(({ route }) => route === '/login').map(({ id }) => id))
    expect(new Set(ids.flat()).size).toBe(1)
    await until(async () => posts.some(({ event }) => event === 'opened'), 'a post', WITHIN_MS)
    expect(await traffic.stop()).toMatchObject({ failed: 0 })
    const opened = posts.filter(({ event, incident }) => event === 'opened' && incident.route === '/login')
    expect(opened.map(({ incident }) => incident.id)).toEqual([ids[0]?.[0]])
    const [first] = replicas
    await first?.feed(attack)
    const { anomalies } = (await (await fetch(`${first?.url}/anomalies?limit=1`)).json()) as {
      anomalies: { incident: string | null }[]
    }
    expect(anomalies[0]?.incident).toBe(ids[0]?.[0])
    receiver.close()
  })
})
