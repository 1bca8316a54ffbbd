import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { decodeState } from '#sentinel/state/codec.js'
import { record } from '../chaos/load.js'
import { ServiceProcess } from './service-process.js'

const RECORDS = 60
const POST = 'POST /analyze-flow HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
const HEALTH = 'GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n'
const BODY = JSON.stringify(record(1))
const WHOLE = `${POST}content-length: ${BODY.length}\r\n\r\n${BODY}`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-stopping-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A connection, and what was answered on it until it closed. */
class Client {
  answer = ''
  readonly socket: Socket
  readonly closed: Promise<unknown>

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('utf8').on('data', (text) => {
      this.answer += text
    })
    this.closed = new Promise((resolve) => socket.on('error', () => {}).once('close', resolve))
  }

  static async open({ url }: { url: string }, text = ''): Promise<Client> {
    const { port, hostname } = new URL(url)
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, '')).setNoDelay()
    await once(socket, 'connect')
    const client = new Client(socket)
    if (text !== '') socket.write(text)
    return client
  }

  /** Resolves once so many answers have begun. */
  async answers(n = 1): Promise<void> {
    while (this.answer.split('HTTP/1.1 ').length <= n) await once(this.socket, 'data')
  }
}

/** A service that does not outlive its test. */
async function serving(
  { onTestFinished }: TestContext,
  environment: Record<string, string>,
): Promise<ServiceProcess> {
  const service = await ServiceProcess.start(environment)
  onTestFinished(async () => void (await service.stop('SIGKILL')))
  return service
}

/** One with a state folder that has seen some records. */
async function started(
  context: TestContext,
  environment: Record<string, string> = {},
): Promise<[ServiceProcess, string]> {
  const dir = await mkdtemp(join(folder, 'state-'))
  const service = await serving(context, { SENTINEL_STATE_DIR: dir, ...environment })
  await service.postBatch(Array.from({ length: RECORDS }, (_, n) => record(n)))
  return [service, dir]
}

/** How many records the state that was left knows of; one that is not whole throws. */
async function keptRecords(dir: string): Promise<number> {
  expect(await readdir(dir)).toEqual(['sentinel.state'])
  const state = decodeState(await readFile(join(dir, 'sentinel.state')))
  return (state as unknown as { detector: { counts: { records: number } } }).detector.counts.records
}

async function said(service: ServiceProcess, message: string): Promise<void> {
  while (!service.log.some(({ msg }) => msg === message)) await sleep(10)
}

// They wait more than they work: time-outs are what they are about.
describe.concurrent('SIGTERM ends the service with exit code 0 and the whole state, with', () => {
  // In one service each: a connection that is closed on time hides none that is not, as the process waits for all.
  test.for<[string, string[]]>([
    [
      'connections that have sent nothing, half a request line and headers that do not end',
      ['', 'POST /ana', `${POST}x-slow: `],
    ],
    [
      'kept connections that are idle, or have half a request behind a whole one',
      [HEALTH, `${HEALTH}GET /hea`],
    ],
  ])('%s', async ([, texts], context) => {
    const [service, dir] = await started(context)
    const clients = await Promise.all(texts.map((text) => Client.open(service, text)))
    for (const [i, client] of clients.entries()) if (texts[i]?.startsWith(HEALTH)) await client.answers()
    expect(await service.stop('SIGTERM')).toBe(0)
    for (const { closed } of clients) await closed
    expect(await keptRecords(dir)).toBe(RECORDS)
  })

  test('a body that does not come, which is answered 408 within the time-out of a request', async (context) => {
    const [service, dir] = await started(context)
    const client = await Client.open(service, `${POST}content-length: 100\r\n\r\n{"lat`)
    const exit = service.stop('SIGTERM')
    await said(service, 'state written')
    // The state does not wait for the client.
    expect(service.log.some(({ msg }) => msg === 'stopped')).toBe(false)
    await client.closed
    expect(client.answer).toMatch(/^HTTP\/1.1 408 .*connection: close.*SENTINEL_REQUEST_TIMEOUT/is)
    expect(await exit).toBe(0)
    expect(await keptRecords(dir)).toBe(RECORDS)
  })

  test('a chunked body that does not end, many silent connections and an event stream at once', async (context) => {
    const [service, dir] = await started(context)
    const stream = await Client.open(service, 'GET /anomalies/stream HTTP/1.1\r\nhost: localhost\r\n\r\n')
    await stream.answers()
    const others = await Promise.all([
      Client.open(service, `${POST}transfer-encoding: chunked\r\n\r\n5\r\n{"lat\r\n`),
      ...Array.from({ length: 50 }, () => Client.open(service)),
      Client.open(service, 'G'),
    ])
    const exit = service.stop('SIGTERM')
    await stream.closed
    expect(stream.answer.endsWith('0\r\n\r\n')).toBe(true)
    expect(await exit).toBe(0)
    for (const { closed } of others) await closed
    expect(others[0]?.answer).toMatch(/^HTTP\/1.1 408 /)
    expect(await keptRecords(dir)).toBe(RECORDS)
  })

  test('a kept connection whose next request comes after the signal: it is answered, and closes', async (context) => {
    const [service, dir] = await started(context)
    const client = await Client.open(service, HEALTH)
    await client.answers()
    const exit = service.stop('SIGTERM')
    await said(service, 'stopping')
    client.socket.write(WHOLE)
    await client.closed
    expect(client.answer.split('HTTP/1.1 ')).toMatchObject([
      '',
      expect.stringMatching(/^200 .*connection: keep-alive/is),
      expect.stringMatching(/^200 .*connection: close.*\{"status":"OK"\}$/is),
    ])
    expect(await exit).toBe(0)
    // What was learnt after the state was written for the first time is in it, too.
    expect(await keptRecords(dir)).toBe(RECORDS + 1)
  })

  test('requests sent one behind the other: every record that is taken in is answered', async (context) => {
    const [service, dir] = await started(context)
    const client = await Client.open(service, HEALTH)
    await client.answers()
    const exit = service.stop('SIGTERM')
    client.socket.write(WHOLE.repeat(20))
    await client.closed
    const answers = client.answer.split('HTTP/1.1 ').slice(2)
    expect(answers.length).toBeGreaterThan(0)
    for (const answer of answers) expect(answer).toMatch(/^200 .*\{"status":"OK"\}$/is)
    expect(await exit).toBe(0)
    expect(await keptRecords(dir)).toBe(RECORDS + answers.length)
  })

  test('a silent connection on the second listener and on each address of localhost', async (context) => {
    const [service, dir] = await started(context, { SENTINEL_ADMIN_PORT: '0', SENTINEL_HOST: 'localhost' })
    const urls = service.log.flatMap(({ msg }) => /http:\/\/\S+:\d+/.exec(String(msg))?.[0] ?? [])
    expect(urls.length).toBeGreaterThanOrEqual(2)
    const clients = await Promise.all(urls.map((url) => Client.open({ url })))
    expect(await service.stop('SIGTERM')).toBe(0)
    for (const { closed } of clients) await closed
    expect(await keptRecords(dir)).toBe(RECORDS)
  })

  test('more signals behind the first, which change nothing', async (context) => {
    const [service, dir] = await started(context)
    const client = await Client.open(service, `${POST}content-length: ${BODY.length}\r\n\r\n`)
    const exits = [service.stop('SIGINT')]
    await said(service, 'stopping')
    exits.push(service.stop('SIGINT'))
    await said(service, 'stopping already')
    exits.push(service.stop('SIGTERM'), service.stop('SIGQUIT'))
    client.socket.write(BODY)
    await client.closed
    expect(client.answer).toMatch(/^HTTP\/1.1 200 .*connection: close/is)
    expect(await Promise.all(exits)).toEqual([0, 0, 0, 0])
    expect(await keptRecords(dir)).toBe(RECORDS + 1)
  })
})

test.concurrent('a stop right after the other loses nothing either', async (context) => {
  const [service, dir] = await started(context)
  await service.stop()
  for (let round = 0; round < 3; round++) {
    const next = await ServiceProcess.start({ SENTINEL_STATE_DIR: dir })
    expect(next.log.find(({ msg }) => msg === 'state restored')).toMatchObject({ records: RECORDS })
    expect(await next.stop()).toBe(0)
  }
  expect(await keptRecords(dir)).toBe(RECORDS)
})

test.concurrent('with SENTINEL_DRAIN_MS readiness fails first, and everybody is served until the time is over', async (context) => {
  const [service, dir] = await started(context, { SENTINEL_DRAIN_MS: '2000', SENTINEL_ADMIN_PORT: '0' })
  const admin = String(service.log.find(({ msg }) => String(msg).includes('are served at'))?.msg)
  const adminUrl = /http:\/\/[^,\s]+/.exec(admin)?.[0] ?? ''
  expect((await service.get('/health/ready')).status).toBe(200)
  const exit = service.stop('SIGTERM')
  await said(service, 'stopping')
  for (const url of [service.url, adminUrl]) {
    const ready = await fetch(`${url}/health/ready`)
    expect(ready.status).toBe(503)
    expect(await ready.json()).toMatchObject({
      code: 'SENTINEL_UNAVAILABLE',
      message: 'the service is stopping',
    })
    expect((await fetch(`${url}/health/live`)).status).toBe(200)
  }
  const answer = await service.post('/analyze-flow', record(1))
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])
  expect((await service.get('/anomalies/stream')).status).toBe(503)
  expect(await exit).toBe(0)
  expect(await keptRecords(dir)).toBe(RECORDS + 1)
})

test.concurrent('a connection that is opened ahead waits as an idle one does, and its first request is answered', async (context) => {
  const service = await serving(context, { SENTINEL_ADMIN_PORT: '0' })
  const urls = service.log.flatMap(({ msg }) => /http:\/\/[^,\s]+:\d+/.exec(String(msg))?.[0] ?? [])
  const clients = await Promise.all(urls.map((url) => Client.open({ url })))
  // Longer than the time-out for headers and the interval in which Node looks for late ones.
  await sleep(8000)
  for (const client of clients) {
    expect([client.answer, client.socket.readyState]).toEqual(['', 'open'])
    client.socket.write(HEALTH)
    await client.answers()
    expect(client.answer).toMatch(/^HTTP\/1.1 200 /)
  }
  // From the first byte on the time counts again.
  const late = await Client.open(service, 'GET /hea')
  await late.closed
  expect(late.answer).toMatch(/^HTTP\/1.1 408 /)
}, 40_000)

test.concurrent('once half of the room is taken, connections that stay silent make room', async (context) => {
  const service = await serving(context, { SENTINEL_MAX_CONNECTIONS: '10' })
  const silent = await Promise.all(Array.from({ length: 9 }, () => Client.open(service)))
  await Promise.all(silent.slice(0, 3).map(({ closed }) => closed))
  expect((await service.get('/health')).status).toBe(200)
}, 40_000)
