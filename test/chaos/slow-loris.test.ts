import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ServiceProcess } from '../e2e/service-process.js'
import { extent } from './extent.js'
import { record } from './load.js'

const CONNECTIONS = extent(200, 10)

const BEGINNINGS = {
  'a request line that does not end': 'POST /analyze-flow?x=',
  'headers that do not end': 'POST /analyze-flow HTTP/1.1\r\nhost: localhost\r\nx-slow: ',
  'a body that does not come':
    'POST /analyze-flow HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{',
}

interface Lingered {
  readonly beginning: string
  readonly answer: string
  readonly closedMs: number
}

/** What the service says to a client that sends a beginning and then a byte now and then, until it closes, and when. */
async function lingering(url: URL, beginning: string): Promise<Lingered> {
  const socket: Socket = connect(Number(url.port), url.hostname)
  onTestFinished(() => void socket.destroy())
  let answer = ''
  socket.setEncoding('utf8').on('data', (text) => {
    answer += text
  })
  await once(socket, 'connect')
  socket.write(beginning)
  const drip = setInterval(() => socket.writable && socket.write('x'), 1000)
  await once(
    socket.on('error', () => {}),
    'close',
  )
  clearInterval(drip)
  return { beginning, answer, closedMs: performance.now() }
}

test(`${CONNECTIONS} connections that never finish a request are closed by time-out while others are served`, async () => {
  const service = await ServiceProcess.start()
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  const url = new URL(service.url)
  const slow = Object.values(BEGINNINGS).flatMap((beginning) =>
    Array.from({ length: Math.ceil(CONNECTIONS / 3) }, () => lingering(url, beginning)),
  )
  expect((await service.post('/analyze-flow', record(1))).status).toBe(200)
  const lingered = await Promise.all(slow)
  for (const { answer } of lingered) expect(answer).toContain('SENTINEL_REQUEST_TIMEOUT')
  // Half of the time is for the headers.
  const closings = (withHeaders: boolean): number[] =>
    lingered.flatMap(({ beginning, closedMs }) =>
      beginning.includes('\r\n\r\n') === withHeaders ? [closedMs] : [],
    )
  expect(Math.max(...closings(false))).toBeLessThan(Math.min(...closings(true)))
  expect((await service.post('/analyze-flow', record(2))).status).toBe(200)
  const health = (await (await service.get('/health')).json()) as { history_size: number }
  expect(health.history_size).toBe(2)
}, 60_000)
