import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { Pipelines } from '#sentinel/http/sockets/pipelines.js'
import { until } from '../../until.js'
import { connected } from '../exchange.js'

const GET = 'GET /x HTTP/1.1\r\nhost: a\r\n\r\n'

/** A server that answers when it is told to. */
async function started() {
  const held: ServerResponse[] = []
  let requests = 0
  let atOnce = false
  const server = createServer((_request, response) => {
    if (atOnce) response.end('x')
    else held.push(response)
  })
  const sockets: Socket[] = []
  server.on('connection', (socket) => sockets.push(socket))
  const pipelines = new Pipelines(() => requests++)
  pipelines.watch(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  return {
    pipelines,
    held,
    sockets,
    parsed: () => requests,
    /** Answers what is in hand, and from now on everything. */
    answerAll() {
      atOnce = true
      for (const response of held) response.end('x')
    },
    async client(): Promise<Socket> {
      const socket = await connected(port)
      socket.on('error', () => {})
      onTestFinished(() => void socket.destroy())
      return socket
    },
  }
}

test('one request is in hand for a connection, and the next comes once its answer has gone out', async () => {
  const { client, held, parsed, pipelines, sockets } = await started()
  const socket = await client()
  let text = ''
  socket.setEncoding('utf8').on('data', (part) => {
    text += part
  })
  socket.write(GET.repeat(10))
  await until(async () => parsed() === 10, 'all are parsed')
  for (let n = 0; n < 10; n++) {
    await until(async () => held.length === n + 1, `request ${n} is in hand`)
    await sleep(2)
    expect(held).toHaveLength(n + 1)
    const waits = pipelines.newestOn(sockets[0] as Socket)
    expect(waits === null).toBe(n === 9)
    held[n]?.end(`answer ${n}.`)
  }
  await until(async () => text.includes('answer 9.'), 'the last answer')
  expect([...text.matchAll(/answer (\d)\./g)].map(([, n]) => Number(n))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ])
})

test('nothing more is read while many wait, and reading goes on afterwards', async () => {
  const { client, answerAll, sockets, parsed } = await started()
  const socket = await client()
  socket.resume()
  // More than any buffer between the two holds, without an answer.
  const all = 40_000
  socket.write(GET.repeat(all))
  await until(async () => parsed() > 64, 'some are parsed')
  await sleep(100)
  const stoppedAt = sockets[0]?.bytesRead as number
  expect(stoppedAt).toBeLessThan(2 ** 18)
  await sleep(100)
  expect(sockets[0]?.bytesRead).toBe(stoppedAt)
  answerAll()
  await until(async () => parsed() === all, 'all are parsed')
  expect(sockets[0]?.bytesRead).toBeGreaterThan(stoppedAt)
  expect(sockets[0]?.destroyed).toBe(false)
}, 60_000)

test('nothing more is read while many still wait, though some answers have gone out', async () => {
  const { client, held, sockets, parsed } = await started()
  const socket = await client()
  let received = 0
  socket.on('data', ({ length }) => {
    received += length
  })
  socket.write(GET.repeat(40_000))
  await until(async () => parsed() > 64, 'some are parsed')
  await sleep(100)
  const stoppedAt = sockets[0]?.bytesRead
  // The second is more than a connection takes at once: Node is told when it has gone.
  for (const length of [1, 4 * 2 ** 20, 1]) {
    const before = received
    held.at(-1)?.end('x'.repeat(length))
    await until(async () => received - before > length, 'the answer')
  }
  await sleep(100)
  expect(held).toHaveLength(4)
  expect(sockets[0]?.bytesRead).toBe(stoppedAt)
})

test('where too many wait on all connections those with more than a few are ended, and others are not', async () => {
  const { client, sockets, parsed } = await started()
  const modest = await client()
  modest.write(GET.repeat(5))
  const greedy: Socket[] = []
  for (let n = 0; n < 8; n++) {
    const socket = await client()
    greedy.push(socket)
    socket.write(GET.repeat(2300))
  }
  await until(async () => greedy.some(({ destroyed }) => destroyed), 'one is ended')
  await until(async () => parsed() > 8192, 'too many')
  expect(sockets[0]?.destroyed).toBe(false)
  // What waited on them waits no more: there is room again.
  for (const socket of sockets.slice(1)) socket.destroy()
  const next = await client()
  next.write(GET.repeat(60))
  await sleep(50)
  expect(sockets.at(-1)?.destroyed).toBe(false)
})
